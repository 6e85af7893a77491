// Owns the tests of a cancellation that meets something else: a park, a pause, a timer on its
// way, another end, itself. What it does in each phase otherwise is cancel.test.ts's.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WAITER_SERVICE } from "../../contract/command.ts";
import { chainProblem } from "../../core/log.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, type Reply, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, openCallsOf, PATIENCE, restsWith, type Task } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** Cancels, and waits until the log says that it is done. */
async function cancel(task: Task) {
  expect(await task.post("cancel", { reason: "not wanted" })).toMatchObject({
    body: { result: "accepted" },
  });
  await task.until("cancelled");
  const log = await task.log();
  expect(chainProblem(log)).toBeUndefined();
  expect(log.at(-1)?.type).toBe("task.cancelled");
  return log;
}

/** A second look, after the engine has come to rest: nothing was added. */
async function staysCancelled(task: Task, log: readonly unknown[]): Promise<void> {
  await restsWith(scene.engine, task, []);
  expect(await task.log()).toEqual(log);
  expect((await task.status()).status).toBe("cancelled");
}

const later = (retryAfterMs: number): Reply => ({ kind: "wait", code: "overloaded", retryAfterMs });

describe("R29 a cancellation", () => {
  it("of a task that is parked on a tool stops the tool, and who asked is told", async () => {
    const gate = createGate();
    const slow = countedTool({ name: "slow", gate });
    const model = scriptedModel([asksFor(["slow", { what: "x" }]), says("never")]);
    const limits = { toolWaitMs: 200 };
    const task = (await scene.open({ name: "parked", model, tools: [slow.tool], limits })).task(
      "t",
    );
    const asked = task.ask({ message: "go" });
    await task.until("waiting-tool");
    const log = await cancel(task);
    await vi.waitFor(() => expect(slow.aborts()).toBe(1), PATIENCE);
    expect((await asked).turn).toMatchObject({ result: "failed", error: { code: "cancelled" } });
    expect(dataOf(log, "tool.returned")).toMatchObject([{ outcome: "cancelled" }]);
    await staysCancelled(task, log);
    expect([slow.keys.length, model.requests.length]).toEqual([1, 1]);
  });

  it("of a task that pauses for its provider does not wait for the end of the pause", async () => {
    const model = scriptedModel([later(25_000), says("never")]);
    const task = (await scene.open({ name: "pausing", model })).task("t");
    await task.start("go");
    await task.logged("model.failed");
    await staysCancelled(task, await cancel(task));
    expect(model.requests).toHaveLength(1);
  });

  it("leaves a timer that is on its way nothing to do", async () => {
    const model = scriptedModel([later(1_500), says("never")]);
    const limits = { maxProviderWaitMs: 100 };
    const task = (await scene.open({ name: "timed", model, limits })).task("t");
    await task.start("go");
    await task.until("waiting-provider");
    // Until the delayed wake has come and gone.
    await staysCancelled(task, await cancel(task));
    expect(model.requests).toHaveLength(1);
  });

  it("ends the waiters of all approvals that are open", async () => {
    const pay = countedTool({ name: "pay", effect: "financial" });
    const model = scriptedModel([asksFor(["pay", { what: "x" }], ["pay", { what: "y" }])]);
    const task = (await scene.open({ name: "approving", model, tools: [pay.tool] })).task("t");
    const asked = task.ask({ message: "go" });
    await task.logged("approval.opened", 2);
    const { operations } = await task.until("waiting-approval");
    const log = await cancel(task);
    await vi.waitFor(
      async () => expect(await openCallsOf(scene.engine, WAITER_SERVICE)).toBe(0),
      PATIENCE,
    );
    for (const operation of operations) await task.decide(operation, "approve");
    expect((await asked).turn?.error?.code).toBe("cancelled");
    await staysCancelled(task, log);
    expect(pay.keys).toEqual([]);
  });

  it("after another end is refused, and that end stays", async () => {
    const end = countedTool({ name: "finish", endsTask: true });
    const model = scriptedModel([asksFor(["finish", { what: "all" }])]);
    const task = (await scene.open({ name: "finished", model, tools: [end.tool] })).task("t");
    expect(await task.ask({ message: "go" })).toMatchObject({ status: "completed" });
    expect(await task.post("cancel", { reason: "not wanted" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "verb_not_allowed", status: "completed" } },
    });
    expect((await task.status()).status).toBe("completed");
  });

  it("twenty times at once is one", async () => {
    const gate = createGate();
    const model = scriptedModel([() => gate.pass().then(() => says("late"))]);
    const task = (await scene.open({ name: "hated", model })).task("t");
    await task.start("go");
    await gate.reached();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => task.post("cancel", { reason: "not wanted" })),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    await task.until("cancelled");
    const log = await task.log();
    expect(dataOf(log, "cancel.requested")).toHaveLength(1);
    expect(dataOf(log, "task.cancelled")).toHaveLength(1);
    gate.open();
    await staysCancelled(task, log);
  });

  it("that meets the end of the turn is one or the other, and never neither", async () => {
    const model = scriptedModel(() => says("quick"));
    const desk = await scene.open({ name: "racing", model });
    const tasks = Array.from({ length: 8 }, (_, index) => desk.task(`t-${index}`));
    await Promise.all(
      tasks.map(async (task) => {
        await task.start("go");
        expect((await task.post("cancel", { reason: "not wanted" })).status).toBe(200);
        const log = await task.until("cancelled").then(() => task.log());
        expect(chainProblem(log)).toBeUndefined();
        await staysCancelled(task, log);
      }),
    );
  });
});
