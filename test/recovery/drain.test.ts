// Owns what SIGTERM with a grace means to a worker that drains: what it has begun ends at the next
// step boundary, the process leaves with 0, and another one goes on behind the same address.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataOf } from "../agent/support/task.ts";
import { countOf, endOf, openRecoveryScene, type RecoveryScene } from "./support/recovery-scene.ts";

const PLAN = "look a | pay 5 | look b | done *";
const MODEL_CALLS = { "model 1.": 1, "model 2.": 1, "model 3.": 1, "model 4.": 1 };

describe("SIGTERM to a worker that drains", () => {
  let scene: RecoveryScene;
  beforeAll(async () => {
    scene = await openRecoveryScene();
  });
  afterAll(() => scene.stop());

  it.each([
    { where: "in a model call", at: "model 2." },
    { where: "in a tool", at: "pay 5 before" },
  ])("R4 a segment $where yields, and nothing runs twice", async ({ at }) => {
    const { world } = scene;
    const worker = await scene.spawn();
    const taskId = `at-${at.replaceAll(/\W/g, "-")}`;
    const hold = world.hold(taskId, at);
    const task = await scene.start(taskId, PLAN);
    await hold.reached();

    const stopped = worker.stop();
    // Its place is free once it is draining; the next one waits for that.
    const next = await scene.spawn({ port: worker.port });
    hold.release();
    expect(await stopped).toBe(0);

    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("done look a: ok; pay 5: ok; look b: ok");
    expect(countOf(world.arrivals(taskId, "model"))).toEqual(MODEL_CALLS);
    expect(countOf(world.arrivals(taskId, "pay"))).toEqual({ "pay 5 before": 1, "pay 5 after": 1 });
    expect(world.effects(taskId)).toHaveLength(1);
    // It was the segment that ended, not its invocation that moved.
    const segments = dataOf(log, "segment.started");
    expect(segments.map(({ segment }) => segment)).toEqual([1, 2]);
    expect(dataOf(log, "segment.lost")).toEqual([]);
    await next.kill();
  });

  it("R4 F20 a task that waits for an approval does not keep the worker", async () => {
    const worker = await scene.spawn();
    const task = await scene.start("parked", "refund 7 | done *");
    const { operations } = await task.until("waiting-approval");
    expect(await worker.stop()).toBe(0);
    await scene.spawn({ port: worker.port });
    await task.decide(operations[0], "approve");
    const { view } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("done refund 7: ok");
  });
});
