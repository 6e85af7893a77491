// Owns the tests of one task under a budget, on the real server: where it stops, what its ledger
// says then, and how it goes on. Parallel tasks are in agent-parallel.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Amounts, BudgetDimension } from "../../contract/budget.ts";
import { type ModelPrice, defineBudgets } from "../../index.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { createGate } from "../agent/support/gate.ts";
import { openScene, type DeskSpec, type Scene } from "../agent/support/scene.ts";
import { asksFor, type Reply, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, restsWith } from "../agent/support/task.ts";
import { budgetAt } from "./support/budget-at.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** One millionth per token that comes out. */
const PRICES: readonly ModelPrice[] = [
  { model: "m-1", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 1_000_000 },
];
const usage = { inputTokens: 10, outputTokens: 100 };
const looks = (n: number): Reply => ({ ...asksFor(["look", { what: String(n) }]), usage });
const done: Reply = { ...says("done"), usage };
const { tool: look } = countedTool({ name: "look" });
const tools = [look];
const limits = { maxOutputTokens: 100 };

function deskOf(
  name: string,
  limit: Amounts,
  steps: Parameters<typeof scriptedModel>[0],
): DeskSpec & { readonly model: ReturnType<typeof scriptedModel> } {
  const budgets = defineBudgets({ levels: { task: { limit } }, missingPrice: "refuse" });
  const model = scriptedModel(steps);
  return { name, model, tools, limits, app: { budgets, prices: PRICES } };
}

const taskBudget = (taskUid: string) => budgetAt(scene.engine, `task/${taskUid}`);

describe("R49 F25 a task with a budget", () => {
  it.each([
    ["steps", 2, 2, 1],
    ["outputTokens", 250, 200, 100],
    ["money", 250, 200, 100],
  ] as const)(
    "in %s stops at the limit, stays stopped over a restart, and goes on where it stood",
    async (dimension: BudgetDimension, limit, used, needed) => {
      const name = `limited-${dimension}`;
      const before = deskOf(name, { [dimension]: limit }, [looks(1), looks(2)]);
      const desk = await scene.open(before);
      const task = desk.task("t");
      const { taskUid } = await task.start("go");
      const denial = { budget: `task/${taskUid}`, level: "task", dimension, limit, used, needed };
      const parked = await task.until("waiting-budget");
      expect(parked.budget).toEqual({ ...denial, reserved: 0 });
      expect(parked.step).toBe(2);
      expect(before.model.requests).toHaveLength(2);
      const budget = taskBudget(taskUid);
      await budget.shows({ reserved: {}, open: [], waiting: 1 });
      expect((await budget.show()).used[dimension]).toBe(used);
      await restsWith(scene.engine, task, ["wake scheduled"]);

      await desk.worker.drain();
      const after = deskOf(name, { [dimension]: limit }, [done]);
      await scene.open(after);
      expect((await task.post("retry", { reason: "try again" })).status).toBe(200);
      expect(await task.logged("budget.denied", 2)).toMatchObject([denial, denial]);
      expect(after.model.requests).toHaveLength(0);

      await budget.limit({ extend: { [dimension]: needed } });
      const ended = await task.until("idle");
      expect(ended).toMatchObject({ step: 3, lastTurn: { answer: "done" } });
      expect(ended.budget).toBeUndefined();
      // The results of both steps before the denial are still there.
      const told = after.model.requests[0]?.messages.filter(({ role }) => role === "tool");
      expect(told).toHaveLength(2);
      await budget.shows({ reserved: {}, open: [], waiting: 0 });
      expect((await budget.show()).used).toMatchObject({
        steps: 3,
        outputTokens: 300,
        money: 300,
        inputTokens: 30,
      });
    },
  );

  it("in tool calls issues a step's calls together or not at all, and goes on with them", async () => {
    const both: Reply = { ...asksFor(["look", { what: "a" }], ["look", { what: "b" }]), usage };
    const desk = deskOf("tooled", { toolCalls: 3 }, [both, both, done]);
    const task = (await scene.open(desk)).task("t");
    const { taskUid } = await task.start("go");
    const { budget } = await task.until("waiting-budget");
    expect(budget).toMatchObject({ dimension: "toolCalls", limit: 3, used: 2, needed: 2 });
    expect((await task.status()).usage.toolCalls).toBe(2);
    await taskBudget(taskUid).limit({ extend: { toolCalls: 1 } });
    expect((await task.until("idle")).usage.toolCalls).toBe(4);
    expect(desk.model.requests).toHaveLength(3);
    await taskBudget(taskUid).shows({ used: { toolCalls: 4 }, reserved: {}, open: [] });
  });

  it("ends the call that runs when its provider ignores the cap, reports it, and makes no other", async () => {
    const much = { inputTokens: 10, outputTokens: 500 };
    const desk = deskOf("ignored", { outputTokens: 250 }, [{ ...looks(1), usage: much }, done]);
    const task = (await scene.open(desk)).task("t");
    const { taskUid } = await task.start("go");
    expect((await task.until("waiting-budget")).budget).toMatchObject({ used: 500, limit: 250 });
    const log = await task.log();
    expect(dataOf(log, "tool.returned")).toMatchObject([{ outcome: "ok" }]);
    expect(dataOf(log, "budget.settled")).toMatchObject([
      { n: 0, used: { outputTokens: 500 }, overrun: { outputTokens: 400, money: 400 } },
    ]);
    expect(desk.model.requests).toHaveLength(1);
    expect((await taskBudget(taskUid).show()).overrun).toEqual({ outputTokens: 400, money: 400 });
  });

  it("that is cancelled while it waits leaves nothing behind", async () => {
    const desk = deskOf("cancelled", { steps: 1 }, [looks(1), done]);
    const task = (await scene.open(desk)).task("t");
    const { taskUid } = await task.start("go");
    await task.until("waiting-budget");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    const budget = await taskBudget(taskUid).shows({ waiting: 0, reserved: {}, open: [] });
    expect(budget.used.steps).toBe(1);
  });

  it("settles a call that was aborted as wholly used, for it may have been answered", async () => {
    const gate = createGate();
    const desk = deskOf("aborted", { steps: 5 }, [
      async (_, signal) => {
        await gate.pass(signal);
        return done;
      },
    ]);
    const task = (await scene.open(desk)).task("t");
    const { taskUid } = await task.start("go");
    await gate.reached();
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    gate.open();
    const budget = await taskBudget(taskUid).shows({ reserved: {}, open: [] });
    expect(budget.used).toMatchObject({ steps: 1, outputTokens: 100, money: 100 });
  });

  it("counts what was in flight with a segment that was killed as wholly used", async () => {
    const gate = createGate();
    const little: Reply = { ...says("done"), usage: { inputTokens: 10, outputTokens: 40 } };
    const desk = deskOf("lost", { steps: 5 }, [
      async (_, signal) => {
        await gate.pass(signal);
        return little;
      },
      little,
    ]);
    const task = (await scene.open(desk)).task("t");
    const { taskUid } = await task.start("go");
    await gate.reached();
    const [segment] = await task.logged("segment.started");
    await scene.engine.admin.killInvocation(segment?.invocationId ?? "");
    expect((await task.post("recover", { reason: "a look" })).status).toBe(200);
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    gate.open();
    const budget = await taskBudget(taskUid).shows({ reserved: {}, open: [] });
    expect(budget.used).toMatchObject({ steps: 2, outputTokens: 140, money: 140 });
  });

  it("sends the output cap that was reserved for, also where the agent has none", async () => {
    const { app: { budgets } = {}, ...desk } = deskOf("capped", { outputTokens: 20_000 }, [done]);
    if (budgets === undefined) throw new Error("the desk has no budgets");
    const task = (await scene.open({ ...desk, limits: {}, app: { budgets, prices: PRICES } })).task(
      "t",
    );
    await task.start("go");
    const [asked] = await task.logged("budget.requested");
    expect(asked?.amounts).toMatchObject({ outputTokens: 16_384, money: 16_384, steps: 1 });
    await task.until("idle");
    expect(desk.model.requests).toMatchObject([{ maxOutputTokens: 16_384 }]);
  });

  it("counts nothing where the provider said later", async () => {
    const later: Reply = { kind: "wait", code: "rate_limited", retryAfterMs: 1 };
    const desk = deskOf("later", { steps: 1 }, [later, later, done]);
    const task = (await scene.open(desk)).task("t");
    const { taskUid } = await task.start("go");
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    await taskBudget(taskUid).shows({ used: { steps: 1 }, reserved: {}, open: [] });
  });
});

describe("a model whose price nobody knows", () => {
  it("R49 is not called under a budget in money: the task says which, and goes on when it is known", async () => {
    const { app: { budgets } = {}, ...desk } = deskOf("priceless", { money: 1_000 }, [done]);
    if (budgets === undefined) throw new Error("the desk has no budgets");
    const task = (await scene.open({ ...desk, app: { budgets } })).task("t");
    await task.start("go");
    const { reason } = await task.until("needs-operator");
    expect(reason).toMatch(/^price_missing: no price is known for the model "m-1" on .* add \{/);
    expect(desk.model.requests).toHaveLength(0);
    await scene.open({ ...desk, app: { budgets, prices: PRICES } });
    expect((await task.post("retry", { reason: "try again" })).status).toBe(200);
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
  });
});

describe("what budgets cost", () => {
  /** What the first segment of two model calls and a tool call does, in order. */
  const commandsOf = async (name: string, app: DeskSpec["app"]): Promise<readonly string[]> => {
    const model = scriptedModel([looks(1), done]);
    const task = (await scene.open({ name, model, tools, limits, app: app ?? {} })).task("t");
    await task.start("go");
    await task.until("idle");
    const [started] = await task.logged("segment.started");
    const rows = await scene.engine.admin.query(
      `SELECT index, entry_type, name FROM sys_journal WHERE id = '${started?.invocationId}' ORDER BY index`,
    );
    return rows.flatMap(({ entry_type: type, name: what }) =>
      String(type).startsWith("Command: ")
        ? [[String(type).slice("Command: ".length), what].filter(Boolean).join(" ")]
        : [],
    );
  };
  const begun = [
    "Input",
    "Run",
    "GetLazyState",
    "SetState",
    "SetState",
    "SetState",
    "CompleteAwakeable",
  ];
  const reserved = ["Run estimate-model-call", "SetState", "Call"];
  const toolCall = ["SetState", "Call", "Sleep"];
  const ended = ["SetState", "SetState", "SetState"];
  const step = "Run model-call";

  it("R49 an app without any: a segment's journal has not one entry more", async () => {
    const commands = [...begun, step, ...toolCall, step, ...ended, "Output"];
    expect(await commandsOf("plain", {})).toEqual(commands);
  });

  it("R49 an app with some: an action, a commit and a call for each model call, a send at the end", async () => {
    const budgets = defineBudgets({ levels: { task: {} } });
    const first = [...reserved, step, ...toolCall];
    const second = [...reserved, step, ...ended, "OneWayCall"];
    expect(await commandsOf("counted", { budgets })).toEqual([
      ...begun,
      ...first,
      ...second,
      "Output",
    ]);
  });
});
