// Owns what is kept of a task's background when its worker dies by SIGKILL, or nobody is there while
// something comes: each operation ends once, and the model is told once, at its next step.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContextMessage } from "../../contract/model.ts";
import type { Task } from "../agent/support/task.ts";
import { restsWith } from "../agent/support/task.ts";
import { endOf, openRecoveryScene, type RecoveryScene } from "./support/recovery-scene.ts";

const PLANS = {
  "at-model": "expect at-model, look a | look b | done",
  "at-rest": "expect at-rest, doze 1500 | I wait | still | done",
  "at-tool": "doze 100, expect at-tool | pay 5 | I wait | done",
} as const;

let scene: RecoveryScene;
/** Each task has come to where it is named for when the one worker dies. */
beforeAll(async () => {
  scene = await openRecoveryScene();
  const worker = await scene.spawn();
  const holds = [
    scene.world.hold("at-model", "model 2."),
    scene.world.hold("at-tool", "pay 5 after"),
  ];
  for (const [id, plan] of Object.entries(PLANS)) await scene.start(id, plan);
  for (const hold of holds) await hold.reached();
  await scene.task("at-rest").until("waiting-event");
  // Taken by their inboxes, while the tasks' locks are held.
  await tell("at-model");
  await tell("at-tool");
  await worker.kill();
  const told = tell("at-rest");
  for (const hold of holds) hold.release();
  await scene.spawn({ port: worker.port });
  await told;
}, 180_000);
afterAll(() => scene.stop());

/** Is answered once a worker is there. */
function tell(key: string): Promise<unknown> {
  const body = { topic: "told", key, eventId: `e-${key}`, payload: { said: key } };
  return scene.engine.call("holdfast.events/publish", body);
}

/** What the model is sent, one word each; of what came of the background, what it was. */
async function toldTo(task: Task): Promise<readonly string[]> {
  const { messages } = await task.context();
  return messages.map(wordOf);
}

function wordOf(message: ContextMessage): string {
  if (message.role !== "result" || !("text" in message.result)) return message.role;
  const { payload, outcome } = JSON.parse(message.result.text) as {
    readonly payload?: { readonly said: string };
    readonly outcome?: string;
  };
  return payload?.said ?? outcome ?? "";
}

describe("R24 R8 SIGKILL with something in the background", () => {
  it("R24 R3 while the model is asked, and the event comes: it is told at the next step", async () => {
    const { view } = await endOf(scene.task("at-model"));
    expect(view.usage).toMatchObject({ modelCalls: 3, toolCalls: 3 });
    expect(await toldTo(scene.task("at-model"))).toEqual(
      "user assistant tool tool assistant tool at-model assistant".split(" "),
    );
  });

  it("R24 R32 while it rests: nobody was there to hear the event, or the time", async () => {
    const task = scene.task("at-rest");
    await endOf(task);
    const words = await toldTo(task);
    expect(words.filter(isNews).toSorted()).toEqual(["at-rest", "time_reached"]);
    expect(words.at(-1)).toBe("assistant");
    await restsWith(scene.engine, task, []);
  });

  it("R24 F2 in a tool that changes something, beside it: neither is done or told twice", async () => {
    await endOf(scene.task("at-tool"));
    expect(scene.world.effects("at-tool")).toHaveLength(1);
    const words = await toldTo(scene.task("at-tool"));
    expect(words.filter(isNews).toSorted()).toEqual(["at-tool", "time_reached"]);
  });
});

const isNews = (word: string): boolean => word === "time_reached" || word.startsWith("at-");
