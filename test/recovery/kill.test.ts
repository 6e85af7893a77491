// Owns what a task keeps when its worker dies by SIGKILL, wherever the task is: the answer, every
// completed model call, and each effect once at a ledger that honours the idempotency key.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkerProcess } from "../support/worker-process.ts";
import {
  countOf,
  endOf,
  openRecoveryScene,
  type RecoveryScene,
  storyOf,
} from "./support/recovery-scene.ts";

const PLAN = "look a, look b | pay 5 | refund 7 | done: *";
const ANSWER = "done: look a: ok; look b: ok; pay 5: ok; refund 7: ok";
const MODEL_CALLS = { "model 1.": 1, "model 2.": 1, "model 3.": 1, "model 4.": 1 };

describe("SIGKILL of the worker", () => {
  let scene: RecoveryScene;
  let worker: WorkerProcess;
  let undisturbed: readonly string[];

  const kill = async (): Promise<void> => {
    await worker.kill();
    worker = await scene.spawn({ port: worker.port });
  };

  const approve = async (taskId: string): Promise<void> => {
    const task = scene.task(taskId);
    const { operations } = await task.until("waiting-approval");
    await task.decide(operations[0], "approve");
  };

  /** What must hold of the task however often its worker died. */
  const expectEnd = async (taskId: string): Promise<void> => {
    const { view, log } = await endOf(scene.task(taskId));
    expect(view.lastTurn?.answer).toBe(ANSWER);
    expect(storyOf(log)).toEqual(undisturbed);
    expect(view.usage).toMatchObject({ modelCalls: 4, toolCalls: 4 });
    expect(scene.world.effects(taskId).map(({ what }) => what)).toEqual(["pay 5", "refund 7"]);
  };

  beforeAll(async () => {
    scene = await openRecoveryScene();
    worker = await scene.spawn();
    const task = await scene.start("undisturbed", PLAN);
    await approve(task.id);
    await task.until("idle");
    undisturbed = storyOf(await task.log());
  });
  afterAll(() => scene.stop());

  it("R3 R8 undisturbed: each model call and each effect once", async () => {
    await expectEnd("undisturbed");
    expect(countOf(scene.world.arrivals("undisturbed", "model"))).toEqual(MODEL_CALLS);
  });

  const points = [
    { where: "in the middle of the first model call", at: "model 1." },
    { where: "in the middle of a model call after tools", at: "model 2." },
    { where: "in the middle of the last model call", at: "model 4." },
    { where: "in one of two parallel tools", at: "look b before" },
    { where: "in a tool before its effect", at: "pay 5 before" },
    { where: "in a tool after its effect, before its result is recorded", at: "pay 5 after" },
    { where: "in an approved tool after its effect", at: "refund 7 after" },
  ];
  it.each(points)("R3 R8 F1 F2 $where", async ({ at }) => {
    const { world } = scene;
    const taskId = `at-${at.replaceAll(/\W/g, "-")}`;
    const hold = world.hold(taskId, at);
    await scene.start(taskId, PLAN);
    if (at.startsWith("refund") || at === "model 4.") await approve(taskId);
    await hold.reached();
    await kill();
    hold.release();
    if (!at.startsWith("refund") && at !== "model 4.") await approve(taskId);
    await expectEnd(taskId);

    // What was in flight ran again, and nothing else did.
    const repeated = at.startsWith("model") ? { [at]: 2 } : {};
    expect(countOf(world.arrivals(taskId, "model"))).toEqual({ ...MODEL_CALLS, ...repeated });
    expect(world.arrivals(taskId, at)).toHaveLength(2);
  });

  it("R3 R8 F2 while waiting for an approval: nothing runs again", async () => {
    await scene.start("at-approval", PLAN);
    await scene.task("at-approval").until("waiting-approval");
    await kill();
    await approve("at-approval");
    await expectEnd("at-approval");
    expect(countOf(scene.world.arrivals("at-approval", "model"))).toEqual(MODEL_CALLS);
    const arrivals = scene.world.arrivals("at-approval", "");
    expect(new Set(arrivals).size).toBe(arrivals.length);
  });

  it("R5 at the 11th of 12 model calls: at most one call is paid twice", async () => {
    const steps = Array.from({ length: 11 }, (_, index) => `look ${index}`);
    const hold = scene.world.hold("twelve", "model 11.");
    const task = await scene.start("twelve", [...steps, "all done"].join(" | "));
    await hold.reached();
    await kill();
    hold.release();
    const { view } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("all done");
    const calls = scene.world.arrivals("twelve", "model");
    expect(calls).toHaveLength(13);
    expect(new Set(calls).size).toBe(12);
    // Each recorded call is counted once: ten tokens in, two out.
    expect(view.usage).toEqual({
      modelCalls: 12,
      toolCalls: 11,
      inputTokens: 120,
      outputTokens: 24,
    });
  });
});

describe("SIGKILL of the agents' worker", () => {
  let scene: RecoveryScene;
  beforeAll(async () => {
    scene = await openRecoveryScene();
  });
  afterAll(() => scene.stop());

  it("R3 R8 F2 between a model's answer and the tool that it asked for", async () => {
    const tools = await scene.spawn({ only: { agents: false, waiters: false } });
    const agents = await scene.spawn({ only: { tools: false } });
    await tools.kill();
    const task = await scene.start("between", "pay 5 | done: *");
    await task.logged("model.answered");
    await agents.kill();
    expect(scene.world.arrivals("between", "pay")).toEqual([]);

    await scene.spawn({ only: { tools: false }, port: agents.port });
    await scene.spawn({ only: { agents: false, waiters: false }, port: tools.port });
    const { view } = await endOf(task);
    expect(view.lastTurn?.answer).toBe("done: pay 5: ok");
    expect(scene.world.effects("between")).toHaveLength(1);
    expect(scene.world.arrivals("between", "")).toEqual([
      "model 1.",
      "pay 5 before",
      "pay 5 after",
      "model 2.",
    ]);
  });
});
