// Owns what a rollback does on a server: the effects of a task that rests are undone, and the task
// goes on with a model that knows.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainProblem } from "../../core/log.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says } from "./support/scripted-model.ts";
import { dataOf } from "./support/task.ts";
import { startTrip } from "./support/trip.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("R46 a rollback", () => {
  it("of an idle task undoes its effects, tells the model, and leaves the task to go on", async () => {
    const { task, undone, model } = await startTrip(scene, ["flight", "hotel"], {
      afterwards: [says("done"), says("I see.")],
    });
    await task.until("idle");
    const answer = await task.post("rollback", { reason: "the wrong week", by: "ann" });
    expect(answer).toMatchObject({ status: 200, body: { result: "accepted", effects: 2 } });
    await task.logged("task.rolled-back");
    expect(await task.until("idle")).not.toHaveProperty("effects");
    expect(undone()).toEqual(["hotel", "flight"]);
    const log = await task.log();
    expect(chainProblem(log)).toBeUndefined();
    expect(log.find(({ type }) => type === "rollback.requested")).toMatchObject({
      reason: "the wrong week",
      actor: { id: "ann" },
      data: { from: "idle", effects: 2 },
    });
    expect(dataOf(log, "task.rolled-back")).toMatchObject([{ undone: 2 }]);

    const asked = await task.ask({ message: "And now?" });
    expect(asked.turn?.answer).toBe("I see.");
    const told = model.requests.at(-1)?.messages.find(({ role }) => role === "developer");
    expect(JSON.stringify(told)).toMatch(/rolled back by a person.*call-0\): undone/);
    // What was undone is gone for good: a cancellation finds nothing more.
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    expect(undone()).toHaveLength(2);
  });

  it("of a task that waits for an approval ends the turn, and who asked is told", async () => {
    const { task, undone } = await startTrip(scene, ["flight"], {
      afterwards: [
        (request) => asksFor([request.tools[0]?.name ?? "", { what: "hotel" }]),
        says("never"),
      ],
      tool: { approval: "default" },
    });
    const first = await task.until("waiting-approval");
    const asked = task.ask({ message: "hurry", messageId: "m" });
    await task.logged("message.received", 2);
    await task.decide(first.operations[0], "approve");
    await task.logged("approval.opened", 2);
    await task.until("waiting-approval");
    expect((await task.post("rollback", { reason: "all wrong" })).status).toBe(200);
    expect((await asked).turn).toMatchObject({ result: "failed", error: { code: "rolled_back" } });
    await task.until("idle");
    expect(undone()).toEqual(["flight"]);
    const again = await task.status();
    expect(again.operations).toEqual([]);
  });

  it("is refused while it cannot be said what would be undone", async () => {
    const { task, undone } = await startTrip(scene, ["flight"], {
      script: { execute: () => ({ outcome: "unknown", reason: "lost" }) },
      tool: { reconcile: false },
    });
    await task.until("waiting-reconcile");
    expect(await task.post("rollback", { reason: "all wrong" })).toMatchObject({
      status: 412,
      body: { message: expect.stringContaining("settle it first") as string },
    });
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    expect(await task.post("rollback", { reason: "all wrong" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "verb_not_allowed", status: "cancelled" } },
    });
    const why = { reason: "all wrong" };
    expect(await scene.engine.call(`${task.agent}/nobody/rollback`, why)).toMatchObject({
      status: 404,
    });
    expect(undone()).toEqual([]);
  });
});
