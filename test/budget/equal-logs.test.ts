// Tests that a task with budgets makes the same decisions in memory as on a server: where it waits,
// and how it goes on (L2).
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { LimitChangeInput } from "../../contract/budget.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { type AgentSpec, defineAgent, defineBudgets, defineTool } from "../../index.ts";
import { comparableLog, runInMemory, scriptedModel } from "../../testing/index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf, PATIENCE } from "../agent/support/task.ts";
import { budgetAt } from "./support/budget-at.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const pay = defineTool({
  name: "pay",
  description: "Pays.",
  input: z.strictObject({ cents: z.int() }),
  output: z.string(),
  effect: "financial",
  approval: "never",
  price: ({ cents }) => cents,
  execute: () => "paid",
});
const agent = {
  name: "payer",
  instructions: "Pay.",
  model: { provider: "scripted", model: "m" },
  tools: [pay],
} satisfies AgentSpec<unknown>;
const payment = { calls: [{ tool: "pay", arguments: { cents: 70 } }] };
const SCRIPT = [payment, payment, "Done."];
const tenant = "acme";
const app = {
  budgets: defineBudgets({
    levels: { task: {}, tenant: { limit: { money: 100, steps: 2, toolCalls: 9 } }, day: {} },
  }),
  prices: [{ model: "m", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 0 }],
};

/** What is done to the task, wherever it runs. */
interface Stage {
  start(): Promise<unknown>;
  until(status: TaskStatus): Promise<unknown>;
  limit(change: Pick<LimitChangeInput, "extend">): Promise<unknown>;
  log(): Promise<readonly TaskEvent[]>;
}

async function play({ start, until, limit, log }: Stage): Promise<readonly TaskEvent[]> {
  await start();
  await until("waiting-budget");
  await limit({ extend: { money: 40 } });
  // The second payment, and then there is no step left.
  await vi.waitFor(
    async () => expect(dataOf(await log(), "budget.denied")).toHaveLength(2),
    PATIENCE,
  );
  await until("waiting-budget");
  await limit({ extend: { steps: 1 } });
  await until("idle");
  return log();
}

describe("a task that waits for money, is extended, and waits for a step", () => {
  it("R21 R49 R98 makes the same log in memory and on a server", async () => {
    const providers = { scripted: scriptedModel(SCRIPT) };
    const here = runInMemory({ agent: defineAgent(agent), providers, ...app });
    const inMemory = await play({
      start: () => here.start("Pay.", { tenant }),
      until: here.until,
      limit: (change) => here.budgets.limit("tenant/acme", { ...change, by: "ann", reason: "why" }),
      log: here.events,
    });
    const desk = await scene.open({ name: "payer", model: scriptedModel(SCRIPT), agent, app });
    const there = desk.task("t");
    const onServer = await play({
      start: () => there.post("start", { message: "Pay.", tenant }),
      until: there.until,
      limit: budgetAt(scene.engine, "tenant/acme").limit,
      log: there.log,
    });
    expect(comparableLog(inMemory)).toEqual(comparableLog(onServer));
    const kinds = dataOf(onServer, "budget.denied").map(({ dimension }) => dimension);
    expect(kinds).toEqual(["money", "steps"]);
  });

  it("R49 an answer of the runner that was given no budgets says so", async () => {
    const providers = { scripted: scriptedModel([]) };
    const task = runInMemory({ agent: defineAgent(agent), providers });
    await expect(task.budgets.show("tenant/acme")).rejects.toThrow("was given no budgets");
  });
});
