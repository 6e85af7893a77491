// Owns what happens without a person when the engine gave up on a segment, or an operator took it
// away: supervision brings the task on, and never repeats an effect whose outcome is unknown.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Worker } from "../../index.ts";
import { dataOf, PATIENCE, type Task } from "../agent/support/task.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import {
  countOf,
  endOf,
  openRecoveryScene,
  outcomesOf,
  type RecoveryScene,
} from "./support/recovery-scene.ts";

describe("supervision", () => {
  let scene: RecoveryScene;
  let worker: WorkerProcess;
  let watcher: Worker;
  beforeAll(async () => {
    scene = await openRecoveryScene();
    worker = await scene.spawn();
    watcher = await scene.watch();
  });
  afterAll(() => scene.stop());

  /** The invocation of the task's segment, which must have this status. */
  const segmentOf = (task: Task, status: string): Promise<string> =>
    vi.waitFor(async () => {
      const [row] = await scene.engine.admin.query(
        `SELECT id, status FROM sys_invocation WHERE target_service_key = '${task.id}'
         AND target_handler_name IN ('begin', 'run') AND status != 'completed'`,
      );
      expect(row?.["status"], task.id).toBe(status);
      return String(row?.["id"]);
    }, PATIENCE);

  /** Ends the running segment of a task that holds at the point, as an operator might. */
  const killSegmentAt = async (task: Task, point: string): Promise<void> => {
    const hold = scene.world.hold(task.id, point);
    await task.start(`${task.id}\n${PLAN}`);
    await hold.reached();
    const id = await segmentOf(task, "running");
    expect(await scene.engine.admin.killInvocation(id)).toBe("accepted");
    // Seen twice in a row, it is known to be gone.
    await watcher.supervise();
    await watcher.supervise();
    hold.release();
  };
  const PLAN = "look a | pay 5 | look b | done *";
  const ANSWER = "done look a: ok; pay 5: ok; look b: ok";

  it("F24 a segment that the engine paused after an outage is resumed", async () => {
    const hold = scene.world.hold("paused", "model 2.");
    const task = await scene.start("paused", PLAN);
    await hold.reached();
    await worker.kill();
    const id = await segmentOf(task, "backing-off");
    expect(await scene.engine.admin.pauseInvocation(id)).toBe("accepted");
    await segmentOf(task, "paused");

    hold.release();
    worker = await scene.spawn({ port: worker.port });
    await watcher.supervise();
    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe(ANSWER);
    expect(dataOf(log, "segment.lost")).toEqual([]);
    expect(countOf(scene.world.arrivals("paused", "model"))).toEqual({
      "model 1.": 1,
      "model 2.": 2,
      "model 3.": 1,
      "model 4.": 1,
    });
  });

  it("F24 a segment killed in a model call is taken up from what is recorded", async () => {
    const task = scene.task("killed-in-model");
    await killSegmentAt(task, "model 3.");
    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe(ANSWER);
    expect(dataOf(log, "segment.lost")).toEqual([{ segment: 1, cause: "the segment is gone" }]);
    expect(countOf(scene.world.arrivals(task.id, "model"))).toMatchObject({
      "model 1.": 1,
      "model 2.": 1,
      "model 3.": 2,
    });
    expect(scene.world.effects(task.id)).toHaveLength(1);
  });

  it("F1 F24 a financial effect in flight is unknown, and is never tried again", async () => {
    const task = scene.task("killed-in-payment");
    await killSegmentAt(task, "pay 5 after");
    const view = await task.until("waiting-reconcile");
    expect(view.operations).toMatchObject([{ tool: "pay", state: "unknown" }]);
    expect(outcomesOf(await task.log())).toEqual(["look 1 ok", "pay 1 unknown"]);

    // Nothing that looks after tasks changes that.
    await watcher.supervise();
    await watcher.supervise();
    await task.post("recover", { reason: "a look" });
    await expect.poll(() => scene.segments(), PATIENCE).toEqual([]);
    expect((await task.status()).status).toBe("waiting-reconcile");
    expect(scene.world.arrivals(task.id, "pay")).toEqual(["pay 5 before", "pay 5 after"]);
    expect(scene.world.arrivals(task.id, "model")).toEqual(["model 1.", "model 2."]);
  });

  it("F24 a read in flight is asked again as a new attempt", async () => {
    const task = scene.task("killed-in-read");
    await killSegmentAt(task, "look b before");
    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe(ANSWER);
    expect(outcomesOf(log)).toEqual(["look 1 ok", "pay 1 ok", "look 1 unknown", "look 2 ok"]);
    expect(dataOf(log, "call.repeated")).toMatchObject([{ tool: "look", attempt: 2 }]);
    expect(scene.world.effects(task.id)).toHaveLength(1);
  });

  it("F21 code changed in place under a running segment: version, others unaffected, recover", async () => {
    const hold = scene.world.hold("changed", "model 3.");
    const task = await scene.start("changed", PLAN);
    await hold.reached();
    await worker.kill();
    // With this limit the segment would have ended before the call that its journal holds.
    worker = await scene.spawn({ port: worker.port, limits: { maxSegmentSteps: 1 } });
    hold.release();
    await vi.waitFor(async () => {
      const [row] = await scene.engine.admin.query(
        `SELECT last_failure FROM sys_invocation WHERE target_service_key = 'changed'
         AND target_handler_name IN ('begin', 'run') AND status = 'backing-off'`,
      );
      expect(String(row?.["last_failure"])).toContain("Journal mismatch");
    }, PATIENCE);

    const other = await scene.start("unaffected", PLAN);
    expect((await endOf(other)).view.lastTurn?.answer).toBe(ANSWER);

    // The engine pauses it by itself after its attempts; asked for, to save half a minute.
    await scene.engine.admin.pauseInvocation(await segmentOf(task, "backing-off"));
    await segmentOf(task, "paused");
    await watcher.supervise();
    const view = await task.until("needs-operator");
    expect(view.reason).toMatch(/^version/);

    expect((await task.post("recover", { reason: "a look" })).status).toBe(200);
    const { view: ended, log } = await endOf(task);
    expect(ended.lastTurn?.answer).toBe(ANSWER);
    expect(dataOf(log, "segment.lost")).toHaveLength(1);
    expect(outcomesOf(log)).toEqual(["look 1 ok", "pay 1 ok", "look 1 ok"]);
    expect(scene.world.effects(task.id)).toHaveLength(1);
  });
});
