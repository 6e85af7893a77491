// Owns what versions of stored state mean: what a newer version wrote is refused, waited for and
// never overwritten; what version 1 wrote is read by today's code, as recorded in golden/.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chainProblem } from "../../core/log.ts";
import { HEAD_VERSION, type TaskHead } from "../../core/task-head.ts";
import type { Worker } from "../../index.ts";
import { dataOf, PATIENCE, type Task } from "../agent/support/task.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { endOf, openRecoveryScene, type RecoveryScene } from "./support/recovery-scene.ts";
import { readState, type StoredState, writeState } from "./support/task-state.ts";

/**
 * Recorded with the worker of these tests, as `readState` gives it. `idle`: two turns, an approval
 * and a rejection. `running`: read in the middle of a tool call, so the head lags behind the log.
 */
type Golden = Readonly<Record<"idle" | "running", { taskId: string; state: StoredState }>>;
const golden = JSON.parse(
  await readFile(new URL("./golden/v1.json", import.meta.url), "utf8"),
) as Golden;

describe("versions of stored state", () => {
  let scene: RecoveryScene;
  let watcher: Worker;
  let worker: WorkerProcess;
  beforeAll(async () => {
    scene = await openRecoveryScene();
    worker = await scene.spawn();
    watcher = await scene.watch();
  });
  afterAll(() => scene.stop());

  /** Another release behind the same address. */
  const replaceBy = async (release: { readonly newer: boolean }): Promise<void> => {
    await worker.kill();
    worker = await scene.spawn({ port: worker.port, ...release });
  };

  /** The decision's invocation has come to this worker, which would not take it. */
  const isRefused = (): Promise<void> =>
    vi.waitFor(async () => {
      const [wake] = await scene.engine.admin.query(
        `SELECT status, last_failure FROM sys_invocation WHERE target_service_key = 'newer'
         AND target_handler_name = 'wake' AND status != 'completed'`,
      );
      expect(wake).toMatchObject({
        status: "backing-off",
        last_failure: expect.stringContaining("newer version of this software") as string,
      });
    }, PATIENCE);

  const bring = async (which: keyof Golden): Promise<Task> => {
    const { taskId, state } = golden[which];
    const task = scene.task(taskId);
    await writeState(scene.engine, task, state);
    return task;
  };

  it("F22 R23 newer state is refused by reads and waited for by commands, which lose nothing", async () => {
    const { engine } = scene;
    await replaceBy({ newer: true });
    const task = await scene.start("newer", "refund 7 | done *");
    const { operations } = await task.until("waiting-approval");
    const newer = await readState(engine, task);
    expect(newer["head"]).toMatchObject({ v: HEAD_VERSION + 1 });

    await replaceBy({ newer: false });
    const message = { message: "newer\nmore" };
    const bodies = { status: {}, events: {}, context: {}, start: message, send: message };
    const cancel = { reason: "enough" };
    for (const [handler, body] of Object.entries({ ...bodies, ask: message, cancel })) {
      const { status, body: said } = await task.post(handler, body);
      expect({ handler, status }).toEqual({ handler, status: 500 });
      expect(JSON.stringify(said)).toContain("newer version of this software");
    }

    // The decision comes in all the same, by the waiter, and is kept.
    expect(await task.decide(operations[0], "approve")).toBe(202);
    await isRefused();
    expect(await readState(engine, task)).toEqual(newer);

    await replaceBy({ newer: true });
    const { view } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("done refund 7: ok");
    expect(scene.world.effects("newer")).toHaveLength(1);
    // The next tests are about today's worker.
    await replaceBy({ newer: false });
  });

  it("F22 state of version 1 at rest is read, and its task goes on", async () => {
    const task = await bring("idle");
    const { taskUid } = golden.idle.state["head"] as TaskHead;
    const view = await task.status();
    expect(view).toMatchObject({
      taskUid,
      status: "idle",
      turn: 2,
      step: 5,
      operations: [],
      usage: { modelCalls: 5, toolCalls: 3, inputTokens: 50, outputTokens: 10 },
    });
    const log = await task.log();
    expect(log).toHaveLength(27);
    expect(chainProblem(log)).toBeUndefined();
    expect(dataOf(log, "approval.decided").map(({ decision, by }) => [decision, by])).toEqual([
      ["approve", "ada"],
      ["reject", "ada"],
    ]);
    const { messages } = await task.context();
    expect(messages.map(({ role }) => role)).toEqual(
      "user assistant tool tool assistant tool assistant user assistant tool assistant".split(" "),
    );

    await task.send("golden-idle\npay 5 | done *");
    await task.logged("turn.completed", 3);
    const { view: ended, log: whole } = await endOf(task);
    expect(ended).toMatchObject({ taskUid, turn: 3, step: 7 });
    expect(ended.lastTurn?.answer).toMatch(
      /^done look a: ok; look b: ok; refund 7: ok; .*; pay 5: ok$/,
    );
    expect(whole.slice(0, log.length)).toEqual(log);
  });

  it("F22 state of version 1 in the middle of a segment is caught up with, and its task goes on", async () => {
    const task = await bring("running");
    const view = await task.status();
    expect(view).toMatchObject({ status: "running", step: 2, usage: { modelCalls: 2 } });
    expect(view.operations).toMatchObject([{ tool: "look", state: "issued" }]);

    await watcher.supervise();
    await watcher.supervise();
    const { view: ended, log } = await endOf(task);
    expect(ended.lastTurn?.answer).toBe("done pay 5: ok; look a: ok; look b: ok");
    expect(dataOf(log, "segment.lost")).toHaveLength(1);
    // What the log had is not done again.
    expect(scene.world.arrivals(task.id, "")).toEqual([
      "look b before",
      "look b after",
      "model 3.",
    ]);
  });
});
