// Owns what a task keeps when the Restate server itself dies by SIGKILL, and when another worker
// process with an empty disk takes over behind the same address.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkerProcess } from "../support/worker-process.ts";
import { dataOf } from "../agent/support/task.ts";
import { countOf, endOf, openRecoveryScene, type RecoveryScene } from "./support/recovery-scene.ts";

const PLAN = "look a | pay 5 | refund 7 | done *";
const ANSWER = "done look a: ok; pay 5: ok; refund 7: ok";
const EFFECTS = ["pay 5", "refund 7"];

describe("SIGKILL of the server", () => {
  let scene: RecoveryScene;
  let worker: WorkerProcess;
  beforeAll(async () => {
    scene = await openRecoveryScene();
    worker = await scene.spawn();
  });
  afterAll(() => scene.stop());

  const killServer = async (): Promise<void> => {
    await scene.engine.server.kill();
    await scene.engine.restart();
  };

  const approve = async (taskId: string): Promise<void> => {
    const { operations } = await scene.task(taskId).until("waiting-approval");
    expect(await scene.task(taskId).decide(operations[0], "approve")).toBe(202);
  };

  it("F38 R31 under load: tasks that run, and one that waits for an approval, all finish", async () => {
    const { world } = scene;
    await scene.start("parked", PLAN);
    const parked = await scene.task("parked").until("waiting-approval");
    const model = world.hold("in-model", "model 2.");
    const tool = world.hold("in-tool", "pay 5 after");
    const free = ["free-1", "free-2", "free-3"];
    await Promise.all(["in-model", "in-tool", ...free].map((id) => scene.start(id, PLAN)));
    await Promise.all([model.reached(), tool.reached()]);
    // A parked task needs nothing of the agent's to be open: it waits in its state alone.
    expect(await openRunsOf(scene, "parked")).toEqual([]);

    await killServer();
    model.release();
    tool.release();

    // The proposal is the same after the restart, and the decision finds its waiter.
    const after = await scene.task("parked").status();
    expect(after.operations).toEqual(parked.operations);
    const ids = ["parked", "in-model", "in-tool", ...free];
    await Promise.all(ids.map((id) => approve(id)));
    for (const id of ids) {
      const { view } = await endOf(scene.task(id));
      expect(view.lastTurn?.answer, id).toBe(ANSWER);
      expect(world.effects(id).map(({ what }) => what)).toEqual(EFFECTS);
    }
    expect(countOf(world.arrivals("parked", "model"))).toEqual({
      "model 1.": 1,
      "model 2.": 1,
      "model 3.": 1,
      "model 4.": 1,
    });
  });

  it("R9 ids stay over five restarts of server and worker, and the same start is the same task", async () => {
    const task = scene.task("stable");
    const first = await task.start(`stable\n${PLAN}`);
    const view = await task.until("waiting-approval");
    const log = await task.log();
    for (let restart = 1; restart <= 5; restart += 1) {
      if (restart % 2 === 0) {
        await worker.kill();
        worker = await scene.spawn({ port: worker.port });
      } else {
        await killServer();
      }
      expect(await task.status()).toEqual(view);
      expect(await task.log()).toEqual(log);
      expect(await task.start(`stable\n${PLAN}`)).toMatchObject({
        taskUid: first.taskUid,
        created: false,
      });
    }
    await approve("stable");
    const { log: whole } = await endOf(task);
    expect(whole.slice(0, log.length)).toEqual(log);
    const issued = whole.flatMap((event) =>
      event.type === "tool.returned" ? [event.data.operationId] : [],
    );
    expect(issued).toEqual([`1/0/1`, `2/0/1`, `3/0/1`].map((end) => `${first.taskUid}/${end}`));
  });

  it("R7 at another address it goes on once that is registered", { timeout: 90_000 }, async () => {
    const { world } = scene;
    const hold = world.hold("re-addressed", "pay 5 after");
    const running = await scene.start("re-addressed", PLAN);
    const waiting = await scene.start("waiting-there", PLAN);
    await waiting.until("waiting-approval");
    await hold.reached();
    await worker.kill();
    // The new worker looks after what is bound to the old address.
    worker = await scene.spawn();
    hold.release();
    for (const task of [running, waiting]) {
      await approve(task.id);
      const { view, log } = await endOf(task);
      expect(view.lastTurn?.answer).toBe(ANSWER);
      expect(world.effects(task.id).map(({ what }) => what)).toEqual(EFFECTS);
      expect(dataOf(log, "model.answered")).toHaveLength(4);
    }
  });

  it("R7 another process with an empty disk goes on behind the same address", async () => {
    const { world } = scene;
    const hold = world.hold("moved", "pay 5 after");
    const task = await scene.start("moved", PLAN);
    await hold.reached();
    const before = worker.pid;
    await worker.kill();
    // Its artifact directory is a new and empty one, as with every worker of this scene.
    worker = await scene.spawn({ port: worker.port });
    expect(worker.pid).not.toBe(before);
    hold.release();
    await approve("moved");
    const { view, log } = await endOf(task);
    expect(view.lastTurn?.answer).toBe(ANSWER);
    expect(world.effects("moved").map(({ what }) => what)).toEqual(EFFECTS);
    expect(dataOf(log, "model.answered")).toHaveLength(4);
    expect(world.arrivals("moved", "model")).toHaveLength(4);
  });
});

/** Invocations of the agent that a task holds, reads excepted. */
async function openRunsOf(scene: RecoveryScene, taskId: string): Promise<readonly unknown[]> {
  return scene.engine.admin.query(
    `SELECT target FROM sys_invocation WHERE target_service_key = '${taskId}'
     AND status != 'completed' AND target_handler_name IN ('begin', 'run', 'apply', 'wake')`,
  );
}
