// Owns the tests of asking people to extend a budget: in memory and on a server the same log, and
// what becomes of a request that is refused, or that nobody needs any more.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import type { AppOptions, BudgetSpec } from "../../index.ts";
import { defineAgent, defineBudgets } from "../../index.ts";
import type { TaskClient } from "../../testing/index.ts";
import { extensionWanted } from "../../core/transition/extension.ts";
import { newHead } from "../../core/transition/message.ts";
import { comparableLog, connectTask, runInMemory, scriptedModel } from "../../testing/index.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf, PATIENCE } from "../agent/support/task.ts";
import { budgetAt } from "./support/budget-at.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const { tool } = countedTool({ name: "look" });
const agent = {
  name: "asker",
  instructions: "Look.",
  model: { provider: "scripted", model: "m" },
  tools: [tool],
};
const looks = { calls: [{ tool: "look", arguments: { what: "it" } }] };
const SCRIPT = [looks, "Done."];
const START = { owner: "ann", tenant: "acme" };

function appOf(levels: BudgetSpec["levels"], by = { steps: 3 }) {
  return {
    budgets: defineBudgets({ levels, askToExtend: { levels: ["tenant"], by } }),
    prices: [{ model: "m", from: "2020-01-01", inputPerMillion: 0, outputPerMillion: 0 }],
    approvals: {
      byTool: { "holdfast.budget": { deciders: ["bea"], expiresAfterMs: 60_000 } },
    },
  } satisfies Partial<AppOptions>;
}

const ONE_STEP = appOf({ task: {}, tenant: { limit: { steps: 1 } } });

function inMemory(app = ONE_STEP) {
  const scripted = scriptedModel(SCRIPT);
  return runInMemory({ agent: defineAgent(agent), providers: { scripted }, ...app });
}

async function asked(task: TaskClient, start = START): Promise<void> {
  await task.start("Look.", start);
  while ((await task.until("waiting-budget")).budget?.extension === undefined);
}

async function approved(task: TaskClient): Promise<readonly TaskEvent[]> {
  await asked(task);
  await task.decide({ decision: "approve", by: "bea", message: "go on", via: "decide" });
  await task.until("idle");
  return task.events();
}

describe("R98 a task that waits for an approval to extend", () => {
  it("R21 goes on where it stood once it is given: the same log in memory and on a server", async () => {
    const here = inMemory();
    const log = await approved(here);
    await scene.open({ name: "asker", model: scriptedModel(SCRIPT), agent, app: ONE_STEP });
    const { ingressUrl } = scene.engine;
    const there = connectTask({ ingressUrl, agent: "asker", taskId: "t" });
    expect(comparableLog(log)).toEqual(comparableLog(await approved(there)));
    const [request] = dataOf(log, "extension.requested");
    expect(request).toMatchObject({ budget: "tenant/acme", dimension: "steps", amount: 3 });
    const change = {
      number: 1,
      by: "bea",
      reason: "go on",
      before: { steps: 1 },
      after: { steps: 4 },
    };
    const shown = [
      await here.budgets.show("tenant/acme"),
      await budgetAt(scene.engine, "tenant/acme").show(),
    ];
    for (const { changes, limit } of shown) {
      expect(changes).toMatchObject([change]);
      expect(limit).toEqual({ steps: 4 });
    }
    // The step before the wait was made once.
    expect(dataOf(log, "model.answered")).toHaveLength(2);
    expect(dataOf(log, "extension.closed")).toMatchObject([{ outcome: "approved" }]);
  });

  it("R39 R21 is given another amount by an edit: the same log in memory and on a server", async () => {
    const edited = async (task: TaskClient) => {
      await asked(task, { owner: "ann", tenant: "edits" });
      const decide = (amount: unknown, budget = "tenant/edits") => {
        const given = { budget, extend: { steps: amount } };
        const said = { by: "bea", message: "that is enough", via: "decide" } as const;
        return task.decide({ decision: "edit", arguments: given, ...said });
      };
      for (const wrong of [0, 1.5, "2", null])
        await expect(decide(wrong)).rejects.toMatchObject({ code: "invalid_edit" });
      await expect(decide(2, "tenant/acme")).rejects.toMatchObject({ code: "invalid_edit" });
      await decide(2);
      await task.until("idle");
      return task.events();
    };
    const here = inMemory();
    const log = await edited(here);
    const name = "asker-edits";
    const spec = { ...agent, name };
    await scene.open({ name, model: scriptedModel(SCRIPT), agent: spec, app: ONE_STEP });
    const { ingressUrl } = scene.engine;
    const there = connectTask({ ingressUrl, agent: name, taskId: "t" });
    const types = (events: readonly TaskEvent[]) => events.map(({ type }) => type);
    expect(types(await edited(there))).toEqual(types(log));
    expect(dataOf(log, "extension.closed")).toMatchObject([{ outcome: "approved" }]);
    for (const { limit, changes } of [
      await here.budgets.show("tenant/edits"),
      await budgetAt(scene.engine, "tenant/edits").show(),
    ]) {
      expect(limit).toEqual({ steps: 3 });
      expect(changes).toMatchObject([
        { by: "bea", reason: "that is enough", before: { steps: 1 } },
      ]);
    }
  });

  it("R72 R80 is closed by the log, and with its approval, when its task is killed", async () => {
    const name = "asker-killed";
    const spec = { ...agent, name };
    await scene.open({ name, model: scriptedModel(SCRIPT), agent: spec, app: ONE_STEP });
    const { ingressUrl } = scene.engine;
    const task = connectTask({ ingressUrl, agent: name, taskId: "t" });
    await asked(task, { owner: "ann", tenant: "killed" });
    const { approvalId = "" } = (await task.status()).budget?.extension ?? {};
    const body = { agent: name, taskId: "t", reason: "a test", by: "olga" };
    expect((await scene.engine.call("holdfast.control/kill", body)).status).toBe(200);
    await task.until("killed");
    expect(dataOf(await task.events(), "extension.closed")).toMatchObject([
      { approvalId, outcome: "withdrawn" },
    ]);
    await vi.waitFor(async () => {
      const shown = await scene.engine.call(`holdfast.approval/${approvalId}/show`);
      expect(shown.body).toMatchObject({ state: "withdrawn" });
    }, PATIENCE);
  });

  it.each([
    ["a person refuses it", "too much"],
    ["nobody decides in time", "nobody decided in time"],
  ])("fails its turn with the reason when %s", async (how, reason) => {
    const task = inMemory();
    await asked(task);
    if (reason === "too much")
      await task.decide({ decision: "reject", by: "bea", message: reason, via: "decide" });
    else await task.clock.advance(60_000);
    await task.until("failed");
    const [failed] = dataOf(await task.events(), "turn.failed");
    expect(failed, how).toMatchObject({ code: "budget_refused" });
    expect(failed?.message).toBe(`the budget tenant/acme is not extended: ${reason}`);
    // Desks give up by their timers.
    await task.clock.advance(3_600_000);
    const { changes, waiting, leased } = await task.budgets.show("tenant/acme");
    expect({ changes, waiting, leased }).toEqual({ changes: [], waiting: 0, leased: {} });
  });

  it("is not asked by whom the rule does not name", async () => {
    const task = inMemory();
    await asked(task);
    const decision = task.decide({ decision: "approve", by: "ann", via: "decide" });
    await expect(decision).rejects.toMatchObject({ code: "approval_forbidden" });
    expect((await task.status()).status).toBe("waiting-budget");
  });

  it("withdraws the request when the limit is raised otherwise", async () => {
    const task = inMemory();
    await asked(task);
    const { budget } = await task.status();
    await task.budgets.limit("tenant/acme", { extend: { steps: 1 }, by: "cy", reason: "more" });
    await task.until("idle");
    const [end] = dataOf(await task.events(), "extension.closed");
    expect(end).toMatchObject({ approvalId: budget?.extension?.approvalId, outcome: "withdrawn" });
    expect((await task.budgets.show("tenant/acme")).limit).toEqual({ steps: 2 });
  });

  it.each([
    ["what is missing", { used: 8, reserved: 1 }, 1],
    ["the least that the app says", { used: 10, reserved: 0 }, 3],
    ["nothing, where others have reserved what it needs", { used: 6, reserved: 3 }, undefined],
    ["nothing, for a place that becomes free by itself", { dimension: "concurrency" }, undefined],
    ["nothing, at a level that is not named", { level: "owner" }, undefined],
  ] as const)("asks for %s", (_, numbers, amount) => {
    const task = { taskUid: "t", taskId: "t", agent: "asker", agentVersion: "1" };
    const head = newHead({ ...task, inputDigest: "", at: 0 });
    const at = { budget: "tenant/acme", level: "tenant", dimension: "steps" } as const;
    const denied = { ...at, limit: 10, used: 9, reserved: 0, needed: 3, ...numbers };
    const settings = { levels: ["tenant"], by: { steps: amount === 3 ? 3 : 1 } } as const;
    expect(extensionWanted({ ...head, budget: { next: 0, unsent: [], denied } }, settings)).toBe(
      amount,
    );
  });

  it("withdraws it when it is cancelled, and asks nobody at a level that is not named", async () => {
    const task = inMemory();
    await asked(task);
    await task.cancel({ reason: "not wanted" });
    await task.until("cancelled");
    expect(dataOf(await task.events(), "extension.closed")).toMatchObject([
      { outcome: "withdrawn" },
    ]);
    const quiet = inMemory(appOf({ task: { limit: { steps: 1 } }, tenant: {} }));
    await quiet.start("Look.", START);
    await quiet.until("waiting-budget");
    expect(dataOf(await quiet.events(), "extension.requested")).toEqual([]);
  });
});
