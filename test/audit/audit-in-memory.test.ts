// Owns the audit sink and evidence in memory, where they are to a task what they are on a server (L2).
import { expect, it } from "vitest";
import { z } from "zod";
import type { AuditRecord } from "../../contract/audit.ts";
import { chainProblem } from "../../core/log.ts";
import { defineAgent, defineTool, evidenceOf, waitFor } from "../../index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";
import { bankOf, payment } from "../authority/support/pay.ts";

it("R21 F40 makes a payment wait for the sink, once, and gives it all of the log", async () => {
  const kept: AuditRecord[] = [];
  let down = true;
  const auditSink = {
    name: "a test",
    write: async (records: readonly AuditRecord[]) => {
      if (down) throw new TypeError("secret");
      kept.push(...records);
    },
  };
  const bank = bankOf("pay");
  const scripted = scriptedModel([{ calls: [{ tool: "pay", arguments: payment() }] }, "Paid."]);
  const agent = defineAgent({
    name: "payer",
    instructions: "Pay.",
    model: { provider: "scripted", model: "m" },
    tools: [bank.tool],
  });
  const task = runInMemory({
    agent,
    providers: { scripted },
    auditSink,
    requireSinkFor: ["financial"],
  });
  await task.start("Pay.");
  const { reason } = await task.until("paused");
  expect(reason).toBe("audit: the audit sink a test fails (TypeError)");
  await task.clock.advance(60 * 60_000);
  expect(await task.status()).toMatchObject({ status: "paused" });
  expect(bank.paid).toEqual([]);

  down = false;
  await task.clock.advance(30_000);
  await task.until("idle");
  await task.clock.advance(30_000);
  const log = await task.events();
  expect(bank.paid).toHaveLength(1);
  expect(kept.map(({ event }) => event)).toEqual(log);
  expect(chainProblem(log)).toBeUndefined();
  const outcomes = evidenceOf(log).map(({ outcome, decision }) => `${outcome} ${decision}`);
  expect(new Set(outcomes)).toEqual(new Set(["blocked: audit deny", "ok permit"]));
});

it("R81 has one record of an effect whose tool waits for what comes of it", async () => {
  const book = defineTool({
    name: "book",
    description: "Books, and waits.",
    input: z.strictObject({}),
    output: z.unknown(),
    effect: "communication",
    approval: "never",
    async execute(_, { beginEffect }) {
      await beginEffect();
      return waitFor(({ now }) => ({ kind: "timer", at: now + 10_000 }));
    },
  });
  const scripted = scriptedModel([{ calls: [{ tool: "book", arguments: {} }] }, "Booked."]);
  const agent = defineAgent({
    name: "booker",
    instructions: "Book.",
    model: { provider: "scripted", model: "m" },
    tools: [book],
  });
  const task = runInMemory({ agent, providers: { scripted } });
  await task.start("Book.");
  await task.until("waiting-timer");
  const opened = evidenceOf(await task.events());
  expect(opened).toMatchObject([{ outcome: "waiting", judgedAt: "effect", decision: "permit" }]);
  await task.until("idle");
  const [ended, ...others] = evidenceOf(await task.events());
  expect(others).toEqual([]);
  expect(ended).toMatchObject({ ...opened[0], outcome: "ok" });
  expect(ended?.outputDigest).toMatch(/^[0-9a-f]{64}$/);
});
