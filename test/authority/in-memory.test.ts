// Owns that a task in memory is held to its grants and to policy as one on a server is.
import { expect, it } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool } from "../../index.ts";
import { createVirtualClock, runInMemory } from "../../testing/index.ts";
import { dataOf } from "../agent/support/task.ts";
import { insistingModel } from "./support/insisting-model.ts";
import { bankOf, payment } from "./support/pay.ts";

const HOUR = 60 * 60 * 1000;
const tooMuch = ["pay", payment({ amountCents: 9_000 })] as const;
const fine = ["pay", payment()] as const;

function agentWith(bank: ReturnType<typeof bankOf>) {
  return defineAgent({
    name: "clerk",
    instructions: "You are a clerk.",
    model: { provider: "scripted", model: "m-1" },
    tools: [bank.tool],
  });
}

it("R21 R42 does in memory what its grants cover, and nothing more", async () => {
  const bank = bankOf("pay");
  const providers = { scripted: insistingModel([tooMuch, fine], [tooMuch]) };
  const task = runInMemory({ agent: agentWith(bank), providers });
  const grants = [{ tool: "pay", limits: [{ path: "amountCents", max: 5_000 }] }];
  await task.start("go", { owner: "ann", tenant: "acme", grants });
  expect(await task.until("idle")).toMatchObject({ tenant: "acme", grants: { count: 1 } });
  expect(bank.paid).toEqual(["1017 4200 ann@example.com"]);
  expect(dataOf(await task.events(), "call.refused")).toMatchObject([
    { code: "denied" },
    { code: "denied" },
  ]);
});

it("R21 R43 waits in memory for a fresh grant, and goes on at the same step", async () => {
  const bank = bankOf("pay");
  const task = runInMemory({
    agent: agentWith(bank),
    providers: { scripted: insistingModel([fine]) },
  });
  await task.start("go", { grants: [{ tool: "pay", expiresAt: 1 }] });
  await task.until("waiting-auth");
  await task.grant({ grants: [{ tool: "pay" }], reason: "for today" });
  await task.until("idle");
  expect(bank.paid).toHaveLength(1);
  expect(dataOf(await task.events(), "tool.returned")).toMatchObject([{ step: 1, attempt: 2 }]);
});

it("R43 refuses the next call when a grant expires in the middle of a run", async () => {
  const clock = createVirtualClock();
  const bank = bankOf("pay");
  const slow = defineTool({
    name: "look",
    description: "Looks for two hours.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "read",
    timeoutMs: 10 * HOUR,
    execute: async () => clock.sleep(2 * HOUR).then(() => "seen"),
  });
  const { tools, ...agent } = agentWith(bank);
  const model = insistingModel([fine], [["look", {}]], [["pay", payment({ order: "1018" })]]);
  const task = runInMemory({
    agent: { ...agent, tools: [...tools, slow], limits: { ...agent.limits, maxTurnMs: 9 * HOUR } },
    providers: { scripted: model },
    clock,
  });
  const expiresAt = clock.now() + HOUR;
  await task.start("go", { grants: [{ tool: "look" }, { tool: "pay", expiresAt }] });
  await task.until("waiting-auth", { withinMs: 5 * HOUR });
  expect(bank.paid).toEqual(["1017 4200 ann@example.com"]);
});

it("R21 R48 is held to policies of its own in memory", async () => {
  const bank = bankOf("pay");
  const task = runInMemory({
    agent: agentWith(bank),
    providers: { scripted: insistingModel([fine]) },
    policies: `@id("ask") forbid (principal, action == Action::"run", resource == Tool::"pay");`,
  });
  await task.start("go");
  await task.until("waiting-approval");
  expect(bank.paid).toEqual([]);
  await task.decide({ decision: "approve" });
  await task.until("idle");
  expect(bank.paid).toHaveLength(1);
});
