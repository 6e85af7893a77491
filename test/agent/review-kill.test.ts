// Owns that an answer which waits for its review, and the decision on it, are kept whatever dies
// meanwhile, and that the answer is released once (R8, R12, R70, F1).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { REVIEWED } from "../recovery/support/clerk.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import {
  endOf,
  openRecoveryScene,
  type RecoveryScene,
} from "../recovery/support/recovery-scene.ts";
import type { Task } from "./support/task.ts";
import { dataOf, taskAt } from "./support/task.ts";

describe("SIGKILL of the worker around an output review", () => {
  let scene: RecoveryScene;
  let worker: WorkerProcess;
  beforeAll(async () => {
    scene = await openRecoveryScene();
    worker = await scene.spawn();
  });
  afterAll(() => scene.stop());

  const start = async (id: string): Promise<Task> => {
    const task = taskAt(scene.engine, REVIEWED, id);
    await task.start(`${id}\npay 7 | done *`);
    return task;
  };
  /** Sends a decision on the answer that waits. */
  const decision = async (task: Task) => {
    const { review } = await task.until("waiting-approval");
    const body = { decision: "approve", digest: review?.digest, by: "ada" };
    return () => scene.engine.call(`${APPROVAL_SERVICE}/${review?.approvalId}/decide`, body);
  };
  const restart = async (): Promise<void> => {
    worker = await scene.spawn({ port: worker.port });
  };
  const expectOnce = async (task: Task): Promise<void> => {
    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("done pay 7: ok");
    expect(dataOf(log, "review.requested")).toHaveLength(1);
    expect(dataOf(log, "review.closed")).toMatchObject([{ outcome: "approved" }]);
    expect(dataOf(log, "turn.completed")).toHaveLength(1);
    expect(scene.world.effects(task.id).map(({ what }) => what)).toEqual(["pay 7"]);
  };

  it("R8 R12 F1 while it waits, before it, after the decision, and when no worker is there", async () => {
    const hold = scene.world.hold("early", "model 2");
    const early = await start("early");
    const waiting = await start("waiting");
    const late = await start("late");
    for (const task of [waiting, late]) await task.until("waiting-approval");
    await hold.reached();
    await worker.kill();
    hold.release();
    await restart();
    const decideLate = await decision(late);
    for (const task of [waiting, early])
      expect(await (await decision(task))()).toMatchObject({ status: 200 });
    await worker.kill();
    const decided = decideLate();
    await restart();
    expect(await decided).toMatchObject({ status: 200 });
    for (const task of [waiting, early, late]) await expectOnce(task);
  });
});
