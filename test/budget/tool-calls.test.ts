// Owns the tests of what tool calls cost a budget, in virtual time: their price, their number and
// their time, reserved before they are issued and settled at what became of them.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Limits } from "../../contract/budget.ts";
import type { ToolContext } from "../../contract/tool.ts";
import type { BudgetSpec } from "../../index.ts";
import { defineAgent, defineBudgets, defineTool, notApplied, toolFailure } from "../../index.ts";
import { createVirtualClock, runInMemory, scriptedModel } from "../../testing/index.ts";
import { dataOf } from "../agent/support/task.ts";

const SECOND = 1_000;
const PRICES = [{ model: "m", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 0 }];
const input = z.strictObject({ cents: z.int() });

interface Pay {
  readonly price: (given: z.infer<typeof input>) => number;
  readonly approval: "required" | "never";
  readonly credentials: readonly string[];
  readonly execute: (given: z.infer<typeof input>, context: ToolContext) => Promise<string>;
}

interface Scene {
  readonly levels: BudgetSpec["levels"];
  /** The cents of each step's call, or calls. */
  readonly calls?: readonly (number | readonly number[])[];
  readonly tool?: Partial<Pay>;
}

/** A task that pays by a tool whose price is ten thousand times the cents, once a step. */
function payer({ levels, calls = [7], tool = {} }: Scene) {
  const clock = createVirtualClock();
  const paid: number[] = [];
  const pay = defineTool({
    name: "pay",
    description: "Pays.",
    input,
    output: z.string(),
    effect: "financial",
    approval: "never",
    timeoutMs: 60 * SECOND,
    retry: { maxAttempts: 1 },
    price: ({ cents }) => cents * 10_000,
    execute: async ({ cents }, { beginEffect }) => {
      await beginEffect();
      paid.push(cents);
      await clock.sleep(10 * SECOND);
      return "paid";
    },
    ...tool,
  });
  const agent = defineAgent({
    name: "payer",
    instructions: "Pay.",
    model: { provider: "scripted", model: "m" },
    tools: [pay],
    limits: { modelTimeoutMs: SECOND },
  });
  const steps = calls.map((each) => ({
    calls: [each].flat().map((cents) => ({ tool: "pay", arguments: { cents } })),
  }));
  const scripted = scriptedModel([...steps, "Done."]);
  const budgets = defineBudgets({ levels });
  const task = runInMemory({ agent, providers: { scripted }, clock, budgets, prices: PRICES });
  const own = async () => `task/${(await task.status()).taskUid}`;
  return {
    task,
    clock,
    paid,
    scripted,
    show: async () => task.budgets.show(await own()),
    extend: async (more: Limits) =>
      task.budgets.limit(await own(), { extend: more, by: "ann", reason: "a test" }),
  };
}

const UNLIMITED: BudgetSpec["levels"] = { task: {}, owner: {}, tenant: {}, day: {} };
const FOR_ANN = { owner: "ann", tenant: "acme" };

describe("the price of a tool call", () => {
  it("R98 is reserved at every level while the call runs, and is used when it took effect", async () => {
    const { task, clock, show } = payer({ levels: UNLIMITED });
    await task.start("Pay.", FOR_ANN);
    await clock.settled();
    expect((await show()).reserved).toMatchObject({ money: 70_000 });
    for (const key of ["owner/acme/ann", "tenant/acme", "day/acme/2026-01-01"])
      expect((await task.budgets.show(key)).leased.money, key).toBeGreaterThanOrEqual(70_000);
    await task.until("idle");
    expect(await show()).toMatchObject({ used: { money: 70_000 }, open: [] });
    expect((await show()).reserved).toEqual({});
    // Desks report by their timers.
    await clock.advance(3_600 * SECOND);
    for (const key of ["owner/acme/ann", "tenant/acme", "day/acme/2026-01-01"])
      expect(await task.budgets.show(key), key).toMatchObject({ used: { money: 70_000 } });
  });

  it.each<[string, number, Partial<Pay>]>([
    [
      "nothing, where the tool is certain that nothing happened",
      0,
      {
        execute: async () => {
          throw notApplied("closed");
        },
      },
    ],
    [
      "all of it, where the tool only says that it failed",
      70_000,
      {
        execute: async () => {
          throw toolFailure("refused", "No.");
        },
      },
    ],
    [
      "nothing, where the tool's service never let it begin",
      0,
      { credentials: ["missing"], execute: async (_, { credential }) => credential("missing") },
    ],
  ])("R98 settles at %s", async (_, money, tool) => {
    const { task, show } = payer({ levels: UNLIMITED, tool });
    await task.start("Pay.", FOR_ANN);
    await task.until(["idle", "waiting-auth"]);
    const { used, reserved, open } = await show();
    expect({ money: used.money ?? 0, reserved, open }).toEqual({ money, reserved: {}, open: [] });
  });

  it.each([
    ["applied", 70_000],
    ["not-applied", 0],
  ] as const)(
    "R98 R95 stays reserved as long as nobody knows, and counts once a person says %s",
    async (outcome, first) => {
      let tries = 0;
      const { task, clock, show } = payer({
        levels: UNLIMITED,
        tool: {
          execute: async (__, { beginEffect }) => {
            await beginEffect();
            tries += 1;
            if (tries === 1) throw new TypeError("the line is dead");
            await clock.sleep(SECOND);
            return "paid";
          },
        },
      });
      await task.start("Pay.", FOR_ANN);
      await task.until("waiting-reconcile");
      await clock.advance(24 * 3_600 * SECOND);
      expect((await show()).reserved).toEqual({ money: 70_000 });
      const [operation] = (await task.status()).operations;
      const operationId = operation?.operationId ?? "";
      await task.settle({ operationId, outcome, reason: "asked the bank" });
      await task.until("idle", { withinMs: 3_600 * SECOND });
      const settled = dataOf(await task.events(), "budget.settled");
      const ofCalls = settled.filter(({ used }) => used.steps === undefined);
      expect(ofCalls[0]?.used).toEqual(first === 0 ? {} : { money: first });
      // What was not applied was paid for by the attempt after it.
      expect(await show()).toMatchObject({ used: { money: 70_000 }, open: [] });
      expect((await show()).reserved).toEqual({});
    },
  );

  it("R98 R95 stays reserved while another call of its step is made", async () => {
    const { task, show } = payer({
      levels: UNLIMITED,
      calls: [[1, 2]],
      tool: {
        approval: "required",
        execute: async ({ cents }, { beginEffect }) => {
          await beginEffect();
          if (cents === 1) throw new TypeError("the line is dead");
          return "paid";
        },
      },
    });
    await task.start("Pay.");
    await task.until("waiting-approval");
    for (const { operationId } of (await task.status()).operations) {
      await task.decide({ decision: "approve", by: "ann", operationId });
      await task.until("waiting-reconcile");
    }
    expect(await show()).toMatchObject({ used: { money: 20_000 }, reserved: { money: 10_000 } });
    await task.cancel({ reason: "not wanted" });
    await task.until("cancelled");
    // Nobody will say any more what became of it.
    expect(await show()).toMatchObject({ used: { money: 30_000 }, reserved: {}, open: [] });
  });

  it("R98 F25 without room parks the task before the call, which is made when there is", async () => {
    const { task, paid, scripted, show, extend } = payer({
      levels: { task: { limit: { money: 100_000 } } },
      calls: [7, 7],
    });
    await task.start("Pay.");
    const { budget, step } = await task.until("waiting-budget");
    expect(budget).toMatchObject({ dimension: "money", used: 70_000, needed: 70_000 });
    expect({ paid, step }).toEqual({ paid: [7], step: 2 });
    // Whoever waits does not work.
    expect((await show()).reserved).toEqual({});
    expect(await extend({ money: 40_000 })).toMatchObject({ limit: { money: 140_000 } });
    await task.until("idle");
    expect(paid).toEqual([7, 7]);
    scripted.assertDone();
    expect((await show()).used.money).toBe(140_000);
    expect((await show()).highWater.money).toBe(140_000);
  });

  it("R98 R39 is that of the arguments which a person put in the place of the proposed ones", async () => {
    const { task, paid, show } = payer({ levels: UNLIMITED, tool: { approval: "required" } });
    await task.start("Pay.");
    await task.until("waiting-approval");
    await task.decide({ decision: "edit", arguments: { cents: 3 }, by: "ann" });
    await task.until("idle");
    expect({ paid, money: (await show()).used.money }).toEqual({ paid: [3], money: 30_000 });
  });

  it("R98 of a tool that does not say it refuses the call, and the model is told", async () => {
    const { task, paid } = payer({ levels: UNLIMITED, tool: { price: () => 0.5 } });
    await task.start("Pay.");
    await task.until("idle");
    const [refused] = dataOf(await task.events(), "call.refused");
    expect(refused).toMatchObject({ code: "denied", message: /whole micro-units/ });
    expect(paid).toEqual([]);
  });

  it("R49 a tool without one asks no budget, where nothing else of it is limited", async () => {
    const { task } = payer({ levels: UNLIMITED, tool: { price: () => 0 } });
    await task.start("Pay.");
    await task.until("idle");
    const log = await task.events();
    expect(dataOf(log, "budget.requested").every(({ calls }) => calls === undefined)).toBe(true);
    expect(dataOf(log, "budget.requested")).toHaveLength(2);
  });
});

describe("limits of tool calls", () => {
  const free = { price: () => 0 };

  it("R49 time is that of the tools too: their bound is reserved, and what they took is used", async () => {
    const { task, paid, show } = payer({
      levels: { task: { limit: { wallMs: 79 * SECOND } } },
      calls: [1, 2, 3],
      tool: free,
    });
    await task.start("Pay.");
    const { budget } = await task.until("waiting-budget", { withinMs: 600 * SECOND });
    const wanted = { dimension: "wallMs", used: 20 * SECOND, needed: 60 * SECOND };
    expect(budget).toMatchObject(wanted);
    expect(paid).toEqual([1, 2]);
    expect((await show()).highWater.wallMs).toBe(70 * SECOND);
  });

  it("R49 time in which the task waits for a person is free", async () => {
    const { task, clock, show } = payer({
      levels: { task: { limit: { wallMs: 600 * SECOND } } },
      tool: { ...free, approval: "required" },
    });
    await task.start("Pay.");
    await task.until("waiting-approval");
    await clock.advance(3_600 * SECOND);
    await task.decide({ decision: "approve", by: "ann" });
    await task.until("idle");
    expect((await show()).used.wallMs).toBe(10 * SECOND);
  });

  it.each(["task", "tenant"] as const)(
    "R49 set later, at the level %s, are seen by a task that is running",
    async (level) => {
      const { task, clock, paid, show } = payer({
        levels: UNLIMITED,
        calls: [1, 2, 3],
        tool: free,
      });
      await task.start("Pay.", FOR_ANN);
      await clock.settled();
      const key = level === "task" ? (await show()).budget : "tenant/acme";
      const change = { set: { toolCalls: 1 }, by: "ann", reason: "a test" };
      await task.budgets.limit(key, change);
      const { budget } = await task.until("waiting-budget");
      // The one that ran when it was set was not counted.
      expect(budget).toMatchObject({ level, dimension: "toolCalls", limit: 1, needed: 1 });
      expect(paid).toEqual([1, 2]);
      await task.budgets.limit(key, { ...change, set: { toolCalls: null } });
      await task.until("idle");
      expect(paid).toEqual([1, 2, 3]);
    },
  );
});
