// Owns what happens on a server when a tool's service did nothing: what the task waits for, what
// brings it on, and that each try is an attempt of its own.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { BlockCode } from "../../contract/tool.ts";
import { openScene, type Scene } from "./support/scene.ts";
import type { Answers } from "./support/scripted-service.ts";
import { dataOf, PATIENCE } from "./support/task.ts";
import { endsWell, resultIn, startWiring } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

/** Blocked so many times, and then it goes well. */
const blocked =
  (code: BlockCode, times: number): Answers["execute"] =>
  (_, n) =>
    n > times
      ? { outcome: "ok", text: "done at last" }
      : { outcome: "blocked", code, reason: `${code}: ask ann` };

describe("a call that was blocked", () => {
  it("F26 R70 for want of a credential waits for it, and goes on at the same step when told", async () => {
    const { task, runs } = await startWiring(scene, { execute: blocked("credential", 2) });
    const first = await task.until("waiting-auth");
    expect(first).toMatchObject({
      reason: "credential: ask ann",
      operations: [{ state: "blocked", blocked: { code: "credential" } }],
    });
    expect(first.wakeAt).toBe(first.operations[0]?.blocked?.retryAt);
    expect((first.wakeAt ?? 0) - first.updatedAt).toBeGreaterThan(50_000);
    const { operationId } = first.operations[0] ?? {};
    await task.post("retry", { operationId, reason: "new token", by: "ann" });
    await task.logged("call.blocked", 2);
    // The second time it waits longer by itself.
    const second = await task.until("waiting-auth");
    expect((second.wakeAt ?? 0) - second.updatedAt).toBeGreaterThan(110_000);
    await task.post("retry", { reason: "try again" });
    await endsWell(task);
    expect(runs).toHaveLength(3);
    const log = await task.log();
    expect(dataOf(log, "call.repeated").map(({ attempt }) => attempt)).toEqual([2, 3]);
    expect(log.find(({ type }) => type === "call.repeated")).toMatchObject({
      reason: "new token",
      actor: { kind: "operator", id: "ann" },
    });
    expect(dataOf(log, "tool.returned")).toMatchObject([{ attempt: 3, outcome: "ok" }]);
  });

  it("R99 by a stop waits, and looks again by itself", async () => {
    const { task, runs } = await startWiring(scene, { execute: blocked("stopped", 1) });
    expect(await task.until("paused")).toMatchObject({ reason: "stopped: stopped: ask ann" });
    await endsWell(task);
    expect(runs).toHaveLength(2);
  });

  it("R37 because what was approved has changed is proposed anew", async () => {
    const { task, runs } = await startWiring(
      scene,
      { execute: blocked("stale", 1) },
      { approval: "required" },
    );
    for (const attempt of [1, 2]) {
      const parked = await vi.waitFor(async () => {
        const view = await task.until("waiting-approval");
        expect(view.operations[0]?.operationId).toMatch(new RegExp(`/${attempt}$`));
        return view;
      }, PATIENCE);
      await task.decide(parked.operations[0], "approve");
    }
    await endsWell(task);
    expect(runs).toHaveLength(2);
    const asked = dataOf(await task.log(), "approval.requested");
    expect(new Set(asked.map(({ digest }) => digest)).size).toBe(2);
  });

  it.each([
    ["denied", { error: "denied", message: "denied: ask ann" }],
    ["cancelled", { error: "cancelled", message: "This call was cancelled." }],
  ] as const)("as %s is a result for the model", async (code, result) => {
    const { task, runs, model } = await startWiring(scene, { execute: blocked(code, 1) });
    await endsWell(task);
    expect(runs).toHaveLength(1);
    expect(resultIn(model)).toMatchObject({ text: JSON.stringify(result) });
    expect(dataOf(await task.log(), "call.blocked")).toMatchObject([{ code }]);
  });

  it("R37 R48 because policy has come to want an approval is put before a person", async () => {
    const { task, runs } = await startWiring(scene, { execute: blocked("stale", 1) });
    const parked = await task.until("waiting-approval");
    expect(parked.operations[0]?.operationId).toMatch(/\/2$/);
    expect(runs).toHaveLength(1);
    await task.decide(parked.operations[0], "approve");
    await endsWell(task);
    expect(runs).toHaveLength(2);
  });

  it("R29 is not tried again once the task is cancelled", async () => {
    const { task, runs } = await startWiring(scene, { execute: blocked("credential", 9) });
    await task.until("waiting-auth");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    expect(runs).toHaveLength(1);
    expect(dataOf(await task.log(), "task.cancelled")).toMatchObject([{ unknown: [] }]);
  });
});
