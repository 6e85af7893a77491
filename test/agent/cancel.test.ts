// Owns what `cancel` does in each phase of a task: it ends, nothing starts any more, whoever
// waits is told, and no waiter stays behind.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../index.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, openInvocations, PATIENCE, type Task } from "./support/task.ts";

describe("cancel", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.stop());

  const pay = (name: string, effects: string[], approval: "default" | "never") =>
    defineTool({
      name,
      description: "Pays.",
      input: z.object({}),
      output: z.string(),
      effect: "financial",
      approval,
      execute: () => {
        effects.push(name);
        return "paid";
      },
    });

  async function expectEnded(task: Task): Promise<void> {
    const ended = await task.until("cancelled");
    expect(ended.operations).toEqual([]);
    // A timer of a park that is over stays with the engine until it is due, and is stale then.
    await vi.waitFor(async () => {
      const open = await openInvocations(scene.engine, task);
      expect(open.filter((each) => each !== "wake scheduled")).toEqual([]);
    }, PATIENCE);
    const message = await task.post("send", { message: "still there?" });
    expect(message).toMatchObject({ status: 412, body: { metadata: { code: "task_ended" } } });
    const again = await task.post("cancel", { reason: "not wanted" });
    expect(again).toMatchObject({ status: 200, body: { result: "already-cancelled" } });
  }

  it("R29 R66 ends an idle task, and says who asked for it and why", async () => {
    const task = (await scene.open({ name: "idle", model: scriptedModel([says("hi")]) })).task("t");
    await task.ask({ message: "hello" });
    expect(await task.post("cancel", { reason: "enough", by: "ann" })).toMatchObject({
      status: 200,
    });
    await expectEnded(task);
    const asked = (await task.log()).find((event) => event.type === "cancel.requested");
    expect(asked).toMatchObject({ reason: "enough", actor: { kind: "operator", id: "ann" } });
  });

  it("R29 aborts a model call that is in flight, and tells whoever asks", async () => {
    const gate = createGate();
    let aborted = false;
    const model = scriptedModel(async (_, signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      await gate.pass(signal);
      return says("too late");
    });
    const task = (await scene.open({ name: "thinking", model })).task("t");
    const asking = task.ask({ message: "think" });
    await gate.reached();
    await task.post("cancel", { reason: "not wanted" });
    await expectEnded(task);
    expect(aborted).toBe(true);
    expect((await asking).turn).toMatchObject({ result: "failed", error: { code: "cancelled" } });
    const log = await task.log();
    expect(dataOf(log, "model.aborted")).toEqual([{ step: 1 }]);
    expect(dataOf(log, "model.answered")).toEqual([]);
  });

  it("R29 stops a tool that is running through its signal, and keeps what is known of it", async () => {
    const gate = createGate();
    const slow = defineTool({
      name: "slow_read",
      description: "Reads slowly.",
      input: z.object({}),
      output: z.string(),
      effect: "read",
      execute: async (_, { signal }) => {
        await gate.pass(signal);
        return "read";
      },
    });
    const model = scriptedModel([asksFor(["slow_read", {}])]);
    const task = (await scene.open({ name: "working", model, tools: [slow] })).task("t");
    await task.start("go");
    await gate.reached();
    await task.post("cancel", { reason: "not wanted" });
    await expectEnded(task);
    expect(dataOf(await task.log(), "tool.returned")).toMatchObject([{ outcome: "cancelled" }]);
    expect(model.requests).toHaveLength(1);
    const tools = await scene.engine.admin.query(
      "SELECT id FROM sys_invocation WHERE target_service_name = 'tools.slow_read' AND status != 'completed'",
    );
    expect(tools).toEqual([]);
  });

  it("R29 an effect that may have happened is unknown in the record, and is not tried again", async () => {
    const gate = createGate();
    let runs = 0;
    const wire = defineTool({
      name: "wire_money",
      description: "Wires money.",
      input: z.object({}),
      output: z.string(),
      effect: "financial",
      approval: "never",
      execute: async (_, { signal }) => {
        runs += 1;
        await gate.pass(signal);
        return "wired";
      },
    });
    const model = scriptedModel([asksFor(["wire_money", {}])]);
    const task = (await scene.open({ name: "wiring", model, tools: [wire] })).task("t");
    await task.start("go");
    await gate.reached();
    await task.post("cancel", { reason: "not wanted" });
    await expectEnded(task);
    const log = await task.log();
    const [returned] = dataOf(log, "tool.returned");
    expect(returned).toMatchObject({ outcome: "unknown" });
    const report = { undone: 0, committed: 0, unknown: 1, cancelled: 0 };
    expect(dataOf(log, "task.cancelled")).toMatchObject([
      { unknown: [returned?.operationId], report },
    ]);
    expect((await task.status()).settlement).toMatchObject(report);
    expect(runs).toBe(1);
  });

  it("R29 R31 ends a wait for an approval: the waiter goes, and a late decision changes nothing", async () => {
    const effects: string[] = [];
    const model = scriptedModel([asksFor(["pay_later", {}])]);
    const tools = [pay("pay_later", effects, "default")];
    const task = (await scene.open({ name: "asking", model, tools })).task("t");
    await task.start("go");
    const waiting = await task.until("waiting-approval");
    await task.post("cancel", { reason: "not wanted" });
    await expectEnded(task);
    await vi.waitFor(async () => {
      const waiters = await scene.engine.admin.query(
        "SELECT id FROM sys_invocation WHERE target_service_name = 'holdfast.waiter' AND status != 'completed'",
      );
      expect(waiters).toEqual([]);
    }, PATIENCE);
    await task.decide(waiting.operations[0], "approve");
    await expectEnded(task);
    expect(dataOf(await task.log(), "approval.decided")).toEqual([]);
    expect(effects).toEqual([]);
  });

  it("R29 ends a wait for a provider", async () => {
    const model = scriptedModel([
      { kind: "wait", code: "rate_limited", status: 429, retryAfterMs: 3_600_000 },
    ]);
    const task = (await scene.open({ name: "limited", model })).task("t");
    await task.start("go");
    expect((await task.until("waiting-provider")).wakeAt).toBeGreaterThan(0);
    await task.post("cancel", { reason: "not wanted" });
    await expectEnded(task);
    expect(model.requests).toHaveLength(1);
  });

  it("R29 a call that the model asks for after the cancellation never starts", async () => {
    const effects: string[] = [];
    const gate = createGate();
    const model = scriptedModel(async () => {
      await gate.pass();
      return asksFor(["pay_now", {}]);
    });
    const tools = [pay("pay_now", effects, "never")];
    const task = (await scene.open({ name: "quick", model, tools })).task("t");
    await task.start("go");
    await gate.reached();
    await task.post("cancel", { reason: "not wanted" });
    // Until it is applied, an answer may come first.
    await task.logged("cancel.requested");
    gate.open();
    await expectEnded(task);
    expect(effects).toEqual([]);
  });
});
