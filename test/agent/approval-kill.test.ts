// Owns that a decision, once its maker was told that it counts, is kept whatever dies after it: the
// task goes on with whatever worker is there, and the call is executed once (R8, R12, F1).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import {
  endOf,
  openRecoveryScene,
  type RecoveryScene,
} from "../recovery/support/recovery-scene.ts";
import { dataOf } from "./support/task.ts";

describe("SIGKILL of the worker around a decision", () => {
  let scene: RecoveryScene;
  let worker: WorkerProcess;
  beforeAll(async () => {
    scene = await openRecoveryScene();
    worker = await scene.spawn();
  });
  afterAll(() => scene.stop());

  const proposalOf = async (taskId: string) => {
    const { operations } = await scene.task(taskId).until("waiting-approval");
    const proposal = operations[0]?.proposal;
    if (proposal === undefined) throw new Error("nothing waits for a decision");
    return proposal;
  };
  const decide = async (taskId: string, by: string) => {
    const { approvalId, digest } = await proposalOf(taskId);
    const body = { decision: "approve", digest, by };
    return scene.engine.call(`${APPROVAL_SERVICE}/${approvalId}/decide`, body);
  };
  const expectOnce = async (taskId: string): Promise<void> => {
    const { view, log } = await endOf(scene.task(taskId));
    expect(view.lastTurn?.answer).toBe("done refund 7: ok");
    expect(scene.world.effects(taskId).map(({ what }) => what)).toEqual(["refund 7"]);
    expect(dataOf(log, "approval.decided")).toHaveLength(1);
    expect(dataOf(log, "approval.requested")).toHaveLength(1);
  };

  it("R8 F1 right after it: the call is executed by the next worker", async () => {
    await scene.start("after", "refund 7 | done *");
    expect(await decide("after", "ada")).toMatchObject({ status: 200 });
    await worker.kill();
    worker = await scene.spawn({ port: worker.port });
    await expectOnce("after");
  });

  it("R8 F1 while the call is being executed, before its effect", async () => {
    const hold = scene.world.hold("during", "refund 7 before");
    await scene.start("during", "refund 7 | done *");
    expect(await decide("during", "ada")).toMatchObject({ status: 200 });
    await hold.reached();
    await worker.kill();
    hold.release();
    worker = await scene.spawn({ port: worker.port });
    await expectOnce("during");
  });

  it("R10 R12 no worker is there: the decision waits for one, by either way", async () => {
    await scene.start("without", "refund 7 | done *");
    await scene.start("bare", "refund 7 | done *");
    const { approvalId, digest } = await proposalOf("without");
    const bare = await scene.task("bare").until("waiting-approval");
    await worker.kill();
    const body = { decision: "approve", digest, by: "ada" };
    const waiting = scene.engine.call(`${APPROVAL_SERVICE}/${approvalId}/decide`, body);
    await scene.task("bare").decide(bare.operations[0], "approve");
    worker = await scene.spawn({ port: worker.port });
    expect(await waiting).toMatchObject({ status: 200 });
    await expectOnce("without");
    await expectOnce("bare");
  });
});
