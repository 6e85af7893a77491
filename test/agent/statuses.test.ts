// Owns the test of a task's statuses: each that the runtime has so far is reached and shown,
// and an end is final. What happens in each is the business of the other files.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { reduce } from "../../core/reduce.ts";
import { newHead } from "../../core/transition/message.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, PATIENCE, type Task } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** The statuses that a log went through, in order: what everybody who folds it sees. */
function statusesOf(log: readonly TaskEvent[]): readonly TaskStatus[] {
  const task = { taskUid: "", taskId: "", agent: "", agentVersion: "", inputDigest: "", at: 0 };
  let head = newHead(task);
  const seen: TaskStatus[] = [head.status];
  for (const event of log) {
    head = reduce(head, event);
    if (seen.at(-1) !== head.status) seen.push(head.status);
  }
  return seen;
}

/**
 * Without the waits for tools: how often a task is parked for one depends on how long the machine takes.
 */
function pathOf(log: readonly TaskEvent[]): string {
  return statusesOf(log).join(" ").replaceAll(" waiting-tool queued running", "");
}

async function refusesEverything(task: Task): Promise<void> {
  const log = await task.log();
  for (const [handler, body] of [
    ["send", { message: "more" }],
    ["ask", { message: "more" }],
  ] as const) {
    expect((await task.post(handler, body)).status).toBe(412);
  }
  await task.post("cancel", { reason: "not wanted" });
  await task.post("recover", { reason: "a look" });
  // `recover` is accepted at any time; where nothing can be done it changes nothing.
  await vi.waitFor(async () => {
    const rows = await scene.engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = '${task.agent}'
       AND target_handler_name = 'apply' AND status != 'completed'`,
    );
    expect(rows).toEqual([]);
  }, PATIENCE);
  expect(await task.log()).toEqual(log);
}

describe("R66 R22 a task is shown", () => {
  it("queued, running, waiting for a tool, a person, a provider, an operator; idle, failed, completed", async () => {
    const [thinking, working] = [createGate(), createGate()];
    const look = countedTool({ name: "look", gate: working });
    const pay = countedTool({ name: "pay", effect: "financial" });
    const end = countedTool({ name: "finish", endsTask: true });
    const model = scriptedModel([
      () => thinking.pass().then(() => asksFor(["look", { what: "x" }])),
      asksFor(["pay", { what: "y" }]),
      { kind: "wait", code: "overloaded", retryAfterMs: 60_000 },
      { kind: "operator", code: "quota_exhausted", status: 402 },
      says("first turn"),
      { kind: "terminal", code: "content_filter" },
      asksFor(["finish", { what: "all" }]),
    ]);
    const tools = [look.tool, pay.tool, end.tool];
    const limits = { toolWaitMs: 200, maxProviderWaitMs: 100 };
    const task = (await scene.open({ name: "walker", model, tools, limits })).task("t");

    expect(await task.start("go", "ada")).toMatchObject({ status: "queued" });
    await thinking.reached();
    expect(await task.until("running")).toMatchObject({ turn: 1, owner: "ada" });
    thinking.open();
    expect(await task.until("waiting-tool")).toMatchObject({
      step: 1,
      operations: [{ tool: "look", state: "issued" }],
    });
    working.open();
    const { operations } = await task.until("waiting-approval");
    await task.decide(operations[0], "approve");
    expect((await task.until("waiting-provider")).reason).toBe("overloaded");
    await task.post("retry", { reason: "it has room again", by: "ada" });
    expect((await task.until("needs-operator")).reason).toBe("quota_exhausted");
    await task.post("recover", { reason: "paid the bill" });
    expect(await task.until("idle")).toMatchObject({ step: 3, lastTurn: { answer: "first turn" } });
    await task.send("again", "m-2");
    expect(await task.until("failed")).toMatchObject({
      reason: "content_filter",
      lastTurn: { turn: 2, error: { code: "content_filter" } },
    });
    await task.send("finish it", "m-3");
    expect(await task.until("completed")).toMatchObject({
      turn: 3,
      usage: { modelCalls: 4, toolCalls: 3 },
    });
    await refusesEverything(task);

    const log = await task.log();
    const path = [
      "queued running waiting-approval",
      "queued running waiting-provider queued running needs-operator",
      "queued running idle queued running failed queued running idle completed",
    ];
    expect(pathOf(log)).toBe(path.join(" "));
    // Each verb left its typed record.
    const types = new Set(log.map(({ type }) => type));
    for (const type of ["segment.started", "model.answered", "tool.returned", "task.woken"])
      expect(types).toContain(type);
    for (const type of ["approval.requested", "approval.decided", "turn.completed"])
      expect(types).toContain(type);
  });

  it("F1 waiting to be reconciled when an effect may have happened, and cancelling on its way to the end", async () => {
    const gate = createGate();
    const pay = countedTool({ name: "wire", effect: "financial", approval: "never", gate });
    const model = scriptedModel([asksFor(["wire", { what: "5 EUR" }])]);
    const task = (await scene.open({ name: "unsure", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    const [call] = await scene.engine.admin.query(
      "SELECT id FROM sys_invocation WHERE target_service_name = 'tools.wire'",
    );
    expect(await scene.engine.admin.killInvocation(String(call?.["id"]))).toBe("accepted");
    const parked = await task.until("waiting-reconcile");
    expect(parked.operations).toMatchObject([{ tool: "wire", state: "unknown" }]);
    const [returned] = dataOf(await task.log(), "tool.returned");
    expect(returned).toMatchObject({ outcome: "unknown", effect: "financial" });
    // Never a blind repeat, whatever is asked of the task meanwhile.
    await task.post("recover", { reason: "a look" });
    await task.send("and now?", "m");
    await task.logged("message.received", 2);
    expect((await task.status()).status).toBe("waiting-reconcile");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    expect(pay.keys).toHaveLength(1);
    expect(dataOf(await task.log(), "task.cancelled")).toMatchObject([
      { unknown: [returned?.operationId] },
    ]);
    expect(statusesOf(await task.log()).slice(-2)).toEqual(["cancelling", "cancelled"]);
    await refusesEverything(task);
  });

  it("completed by the first answer of an agent that is declared one-shot", async () => {
    const model = scriptedModel([says("42")]);
    const agent = { oneShot: true };
    const task = (await scene.open({ name: "oracle", model, agent })).task("t");
    expect(await task.ask({ message: "?" })).toMatchObject({
      status: "completed",
      turn: { answer: "42" },
    });
    await refusesEverything(task);
  });

  it("F1 a read whose outcome was lost is tried again as a new attempt, and the log says so", async () => {
    const gate = createGate();
    const read = countedTool({ name: "read-again", gate });
    const model = scriptedModel([asksFor(["read-again", { what: "x" }]), says("read")]);
    const task = (await scene.open({ name: "reader", model, tools: [read.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    const [call] = await scene.engine.admin.query(
      "SELECT id FROM sys_invocation WHERE target_service_name = 'tools.read-again'",
    );
    await scene.engine.admin.killInvocation(String(call?.["id"]));
    await gate.reached(2);
    gate.open();
    expect((await task.until("idle")).lastTurn?.answer).toBe("read");
    const log = await task.log();
    expect(dataOf(log, "tool.returned")).toMatchObject([
      { outcome: "unknown", attempt: 1 },
      { outcome: "ok", attempt: 2 },
    ]);
    expect(dataOf(log, "call.repeated")).toMatchObject([{ attempt: 2 }]);
    expect(new Set(read.keys).size).toBe(2);
  });
});
