// Owns the tests of an event that meets the deadline of the wait for it: what the inbox took in time
// counts, whoever the task hears of first. What a wait is otherwise: waits.test.ts.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PublishResult } from "../../contract/inbox.ts";
import { EVENTS_SERVICE } from "../../contract/inbox.ts";
import { waitForEvent } from "../../index.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { createGate, type Gate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, PATIENCE, restsWith, type Task } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const publish = async (key: string): Promise<PublishResult> => {
  const event = { topic: "paid", key, eventId: `e-${key}`, payload: 1 };
  return (await scene.engine.call(`${EVENTS_SERVICE}/publish`, event)).body as PublishResult;
};

/** A task that waits for an event, so long, while a tool beside it keeps its segment at work. */
async function busyTask(
  key: string,
  deadline_seconds: number,
): Promise<{ readonly task: Task; readonly gate: Gate }> {
  const gate = createGate();
  const slow = countedTool({ name: "slow", gate });
  const wait = { topic: "paid", key, deadline_seconds };
  const model = scriptedModel([
    asksFor(["wait_for_event", wait], ["slow", { what: "x" }]),
    says("done"),
  ]);
  const tools = [waitForEvent, slow.tool];
  const task = (await scene.open({ name: `busy-${key}`, model, tools })).task("t");
  await task.start("go");
  await gate.reached();
  return { task, gate };
}

async function deadlinePassed(task: Task): Promise<void> {
  const [opened] = await task.logged("wait.opened");
  const endsAt = opened?.wait.kind === "event" ? opened.wait.deadlineAt : Infinity;
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(endsAt), PATIENCE);
}

const viaOf = async (task: Task) =>
  dataOf(await task.log(), "tool.returned").find(({ tool }) => tool === "wait_for_event");

describe("F12 F32 an event", () => {
  it("that the inbox took in time counts, although the segment saw the deadline pass first", async () => {
    const { task, gate } = await busyTask("in-time", 3);
    await vi.waitFor(async () => {
      const address = { topic: "paid", key: "in-time" };
      const { body } = await scene.engine.call(`${EVENTS_SERVICE}/show`, address);
      expect(body).toMatchObject({ waits: [{ taskId: "t" }] });
    }, PATIENCE);
    expect(await publish("in-time")).toMatchObject({ result: "delivered", waits: 1 });
    await deadlinePassed(task);
    gate.open();
    await task.until("idle");
    expect(await viaOf(task)).toMatchObject({ via: "event", outcome: "ok", eventId: "e-in-time" });
    expect(dataOf(await task.log(), "wait.due")).toHaveLength(1);
    await restsWith(scene.engine, task, []);
  });

  it("that did not come ends the wait by the inbox's word, and is late afterwards", async () => {
    const { task, gate } = await busyTask("too-late", 1);
    await deadlinePassed(task);
    gate.open();
    await task.until("idle");
    expect(await viaOf(task)).toMatchObject({ via: "deadline", code: "timed_out" });
    expect(await publish("too-late")).toMatchObject({ result: "late", waits: 0 });
    await restsWith(scene.engine, task, []);
  });
});
