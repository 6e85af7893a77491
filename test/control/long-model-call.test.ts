// Owns that a model call which lasts longer than the engine leaves an invocation without a word (ten
// seconds of a segment) can still be cut short, and is paid for once.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createGate } from "../agent/support/gate.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf } from "../agent/support/task.ts";

const PAST_THE_TIMEOUT_MS = 12_000;
const WHY = { reason: "it takes too long", by: "olga" };

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** A task whose model call has lasted that long. */
async function longCall(name: string) {
  const gate = createGate();
  const model = scriptedModel([
    (_, signal) => gate.pass(signal).then(() => says("worth the wait")),
    says("again"),
  ]);
  const task = (await scene.open({ name, model })).task("t");
  await task.start("go");
  await gate.reached();
  const since = Date.now();
  await vi.waitFor(() => expect(Date.now() - since).toBeGreaterThan(PAST_THE_TIMEOUT_MS), {
    timeout: 2 * PAST_THE_TIMEOUT_MS,
  });
  return { gate, model, task };
}

describe.concurrent("a model call of more than ten seconds", () => {
  it("R72 F18 L5 is aborted by a pause, at once", async () => {
    const { gate, model, task } = await longCall("long-paused");
    // Not `accepted`, which it would be after five seconds.
    expect(await task.post("pause", { ...WHY, when: "now" })).toMatchObject({
      status: 200,
      body: { result: "applied", status: "paused" },
    });
    expect(dataOf(await task.log(), "model.aborted")).toHaveLength(1);
    gate.open();
    await task.post("resume", WHY);
    expect((await task.until("idle")).lastTurn?.answer).toBe("again");
    expect(model.requests).toHaveLength(2);
  });

  it("R16 L5 is made once, and its answer counts", async () => {
    const { gate, model, task } = await longCall("long-steered");
    gate.open();
    expect((await task.until("idle")).lastTurn?.answer).toBe("worth the wait");
    expect(dataOf(await task.log(), "model.answered")).toHaveLength(1);
    expect(model.requests).toHaveLength(1);
  });
});
