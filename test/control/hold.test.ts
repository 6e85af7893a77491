// Owns what pausing, quarantining and resuming do to a task on a real server, in each phase.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { createGate } from "../agent/support/gate.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, restsWith } from "../agent/support/task.ts";
import { commandWaits } from "./support/command-waits.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const WHY = { reason: "let me look", by: "olga" };

describe("pause", () => {
  it("R72 F18 at a safe point lets the model call end; nothing goes on until it is resumed", async () => {
    const gate = createGate();
    const look = countedTool({ name: "look-paused" });
    const model = scriptedModel([
      () => gate.pass().then(() => asksFor(["look-paused", { what: "x" }])),
      says("done"),
    ]);
    const task = (await scene.open({ name: "paused", model, tools: [look.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    const paused = task.post("pause", WHY);
    await commandWaits(scene.engine, task);
    gate.open();
    expect(await paused).toMatchObject({
      status: 200,
      body: { result: "applied", status: "paused" },
    });
    const view = await task.until("paused");
    expect(view).toMatchObject({ reason: WHY.reason, hold: { kind: "paused", by: "olga" } });
    await restsWith(scene.engine, task, []);
    // What comes meanwhile is taken in, and waits.
    await task.send("and this too", "m-2");
    await task.logged("message.received", 2);
    await task.post("recover", { reason: "a look" });
    expect(look.keys).toEqual([]);
    expect((await task.status()).status).toBe("paused");
    expect(await task.post("resume", WHY)).toMatchObject({ status: 200 });
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(look.keys).toHaveLength(1);
    const log = await task.log();
    expect(log.find(({ type }) => type === "task.paused")).toMatchObject({
      actor: { kind: "operator", id: "olga" },
      reason: WHY.reason,
      data: { from: "running", when: "safe-point" },
    });
    expect(dataOf(log, "model.aborted")).toEqual([]);
  });

  it("R72 L5 now aborts the model call, which is asked for again after the resume", async () => {
    const gate = createGate();
    const model = scriptedModel([
      (_, signal) => gate.pass(signal).then(() => says("too late")),
      says("again"),
    ]);
    const task = (await scene.open({ name: "paused-now", model })).task("t");
    await task.start("go");
    await gate.reached();
    expect(await task.post("pause", { ...WHY, when: "now" })).toMatchObject({
      body: { result: "applied", status: "paused" },
    });
    expect(dataOf(await task.log(), "model.aborted")).toHaveLength(1);
    await task.post("resume", WHY);
    expect((await task.until("idle")).lastTurn?.answer).toBe("again");
  });

  it("R72 F18 keeps the outcome of a tool call that was in flight, and calls it once", async () => {
    const gate = createGate();
    const pay = countedTool({ name: "pay-paused", effect: "financial", approval: "never", gate });
    const model = scriptedModel([asksFor(["pay-paused", { what: "5 EUR" }]), says("paid")]);
    const task = (await scene.open({ name: "paying", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    expect(await task.post("pause", WHY)).toMatchObject({ body: { status: "paused" } });
    gate.open();
    // While it is paused: the log knows what happened in the world.
    expect(await task.logged("tool.returned")).toMatchObject([{ outcome: "ok" }]);
    expect(await task.status()).toMatchObject({ status: "paused", operations: [] });
    expect(model.requests).toHaveLength(1);
    await task.post("resume", WHY);
    expect((await task.until("idle")).lastTurn?.answer).toBe("paid");
    expect(pay.keys).toHaveLength(1);
  });
});
