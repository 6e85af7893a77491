// Owns an outage of all workers that lasts longer than a segment's retries (F24): nothing is lost,
// and all of it goes on without a person once a worker is back.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLERK } from "./support/clerk.ts";
import { endOf, openRecoveryScene, type RecoveryScene } from "./support/recovery-scene.ts";

const BUDGET = { timeout: 60_000, interval: 500 };

describe("an outage longer than the segment's retry budget", () => {
  let scene: RecoveryScene;
  beforeAll(async () => {
    scene = await openRecoveryScene();
  });
  afterAll(() => scene.stop());

  it("F24 R4 nothing is lost, and everything resumes by itself", { timeout: 120_000 }, async () => {
    const { world, engine } = scene;
    const worker = await scene.spawn();
    const model = world.hold("in-model", "model 2.");
    const tool = world.hold("in-tool", "pay 5 after");
    const inModel = await scene.start("in-model", "pay 5 | done *");
    const inTool = await scene.start("in-tool", "pay 5 | done *");
    const decided = await scene.start("decided", "refund 7 | done *");
    const { operations } = await decided.until("waiting-approval");
    await Promise.all([model.reached(), tool.reached()]);
    await worker.kill();
    model.release();
    tool.release();

    // What people and systems do in the meantime is taken.
    expect(await decided.decide(operations[0], "approve")).toBe(202);
    await engine.send(`${CLERK}/new/start`, { message: "new\npay 5 | done *" });

    await expect
      .poll(() => scene.segments(), BUDGET)
      .toEqual([
        expect.objectContaining({ status: "paused" }),
        expect.objectContaining({ status: "paused" }),
      ]);
    await scene.spawn({ port: worker.port });

    for (const task of [inModel, inTool, decided, scene.task("new")]) {
      await expect.poll(async () => (await task.post("status")).status, BUDGET).toBe(200);
      const { view } = await endOf(task);
      const what = task.id === "decided" ? "refund 7" : "pay 5";
      expect(view.lastTurn?.answer).toBe(`done ${what}: ok`);
      expect(world.effects(task.id).map((effect) => effect.what)).toEqual([what]);
    }
  });
});
