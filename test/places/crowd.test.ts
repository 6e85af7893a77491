// Owns that tasks which all wake at once never wait for each other for ever: each segment, effect and
// approval holds a place at the engine while it asks for the task's log, its authority or the stops, and
// each answer takes a place too. Here all places are taken, by a worker whose memory is empty.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { z } from "zod";
import { createApp, defineAgent, defineTool, type Worker } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { taskAt } from "../agent/support/task.ts";

const AGENT = "crowd";
const TASKS = 40;
/** Of each of the two partitions: fewer than half of the tasks find one. */
const PLACES = "9";
const AT_ONCE = 20;
/** As for so few places; the test is not to wait for seconds that nobody needs. */
const QUESTIONS = { atOnce: 4, turnMs: 1_000, answerMs: 4_000, closedMs: 500 };

const noted: string[] = [];
const tool = (name: string, approval: "never" | "required") =>
  defineTool({
    name,
    description: "Acts.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "communication",
    approval,
    execute: (_, { taskId }) => {
      noted.push(`${name} ${taskId}`);
      return "done";
    },
  });
const tools = [tool("tell-crowd", "never"), tool("ask-crowd", "required")];

/** The first turn only speaks; the second one tells, and then asks for what takes an approval. */
const model = scriptedModel(({ messages }) => {
  const results = messages.filter(({ role }) => role === "tool").length;
  const users = messages.filter(({ role }) => role === "user").length;
  if (users < 2) return says("ready");
  return asksFor([results === 0 ? "tell-crowd" : "ask-crowd", {}]);
});

let scene: Scene;
let worker: Worker;
beforeAll(async () => {
  scene = await openScene({ RESTATE_WORKER__INVOKER__CONCURRENT_INVOCATIONS_LIMIT: PLACES });
});
afterAll(async () => {
  await scene.stop();
  await worker.drain();
});

/** Another process, as far as its memory goes, at the same address. */
async function serve(port = 0): Promise<void> {
  const agent = defineAgent({
    name: AGENT,
    instructions: "You are a clerk.",
    model: { provider: "scripted", model: "m-1" },
    tools,
  });
  const { surroundings } = scene;
  const parts = { agents: [agent], providers: { scripted: model }, questions: QUESTIONS };
  const app = createApp({ ...surroundings, ...parts });
  worker = await app.serve({ port, only: { waiters: false } });
}

async function statuses(): Promise<Readonly<Record<string, number>>> {
  const rows = await scene.engine.admin.query(
    `SELECT json_as_text(value_utf8, 'status') AS status FROM state
     WHERE key = 'head' AND service_name = '${AGENT}'`,
  );
  const names = rows.map(({ status }) => String(status));
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((each) => each === name).length]),
  );
}

it("F20 F24 R94 tasks that all wake at once, more than there are places, all go on", async () => {
  await serve();
  await worker.register();
  const ids = Array.from({ length: TASKS }, (_, n) => `task-${n}`);
  for (let from = 0; from < TASKS; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    await Promise.all(some.map((id) => taskAt(scene.engine, AGENT, id).ask({ message: "hello" })));
  }
  await worker.drain();
  // The engine keeps them until somebody answers: then they all come at once.
  await Promise.all(ids.map((id) => scene.engine.send(`${AGENT}/${id}/send`, { message: "go" })));
  await serve(worker.port);
  await vi.waitFor(async () => expect(await statuses()).toEqual({ "waiting-approval": TASKS }), {
    timeout: 240_000,
    interval: 250,
  });
  expect(noted.toSorted()).toEqual(ids.map((id) => `tell-crowd ${id}`).toSorted());
}, 300_000);
