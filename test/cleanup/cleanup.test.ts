// Shows that nothing is left of tasks that were cancelled, killed or retired in the middle of
// whatever they did (R80, R29): no timer, waiter, child, reservation, subscription or invocation.
// HOLDFAST_SEED repeats the choice of an earlier run.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { mulberry } from "./choice.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { type Task, taskAt } from "../agent/support/task.ts";
import { leftoversOf } from "./leftovers.ts";
import { type Phase, PHASES, POOR, serveSubject, SUBJECT } from "./subject.ts";
import { SEED, SOAK } from "../support/seed.ts";

const TASKS = SOAK ? 200 : 60;
const AT_ONCE = 10;

let scene: Scene;
let worker: Awaited<ReturnType<typeof serveSubject>>;
beforeAll(async () => {
  scene = await openScene();
  worker = await serveSubject(scene);
  const limit = { set: { steps: 0 }, reason: "a test", by: "ann" };
  const budget = `holdfast.budget/${encodeURIComponent(`tenant/${POOR}`)}/limit`;
  const { status } = await scene.engine.call(budget, limit);
  if (status !== 200) throw new Error(`the limit was answered ${status}`);
});
afterAll(async () => {
  await scene.stop();
  await worker.drain();
});

const SAID = { reason: "a test", by: "ann" };
const VERBS = ["cancel", "retire", "kill"] as const;

it(
  `R80 R29 F17 leaves nothing of ${TASKS} tasks that were ended in random phases (HOLDFAST_SEED=${SEED})`,
  { timeout: SOAK ? 900_000 : 300_000 },
  async () => {
    const choose = mulberry(Number(SEED));
    const plans = Array.from({ length: TASKS }, (_, n) => ({
      id: `${n}`,
      phase: PHASES[n % PHASES.length] ?? "idle",
      verb: choose(VERBS),
      // Some are ended on their way there.
      settled: choose([true, true, false]),
    }));
    await scheduleAll(plans.length / 20);
    for (let from = 0; from < TASKS; from += AT_ONCE)
      await Promise.all(plans.slice(from, from + AT_ONCE).map(endOne));
    const late = 180_000;
    await vi.waitFor(async () => expect(await leftoversOf(scene.engine)).toEqual([]), {
      timeout: late,
      interval: 500,
    });
  },
);

interface Plan {
  readonly id: string;
  readonly phase: Phase;
  readonly verb: (typeof VERBS)[number];
  readonly settled: boolean;
}

async function endOne({ id, phase, verb, settled }: Plan): Promise<void> {
  const task = taskAt(scene.engine, SUBJECT, id);
  const tenant = phase === "budget" ? { tenant: POOR } : {};
  await ok(task, "start", { message: `${phase} ${id}`, ...tenant });
  if (settled) await reached(task, phase);
  if (verb === "kill") {
    const body = { agent: SUBJECT, taskId: id, ...SAID };
    const { status } = await scene.engine.call("holdfast.control/kill", body);
    if (status !== 200) throw new Error(`kill of a task in ${phase} was answered ${status}`);
  } else await ok(task, verb, SAID);
}

async function reached(task: Task, phase: Phase): Promise<void> {
  switch (phase) {
    case "model-call":
      await task.until("running");
      return;
    case "queued":
      await task.until("running");
      for (const mode of ["queue", "queue", "steer"])
        await ok(task, "send", { message: "more", messageId: `${task.id}-${mode}`, mode });
      return;
    case "read":
    case "effect":
      await task.until("waiting-tool", "running");
      return;
    case "paused":
      await ok(task, "pause", { ...SAID, when: "now" });
      return;
    case "approval":
      await task.until("waiting-approval");
      return;
    case "event":
    case "question":
      await task.until("waiting-event");
      return;
    case "timer":
      await task.until("waiting-timer");
      return;
    case "child":
      await task.logged("child.started");
      return;
    case "provider":
      await task.until("waiting-provider");
      return;
    case "budget":
      await task.until("waiting-budget");
      return;
    case "idle":
      await task.until("idle");
  }
}

/** Schedules that are set, some of them paused, and deleted. */
async function scheduleAll(count: number): Promise<void> {
  const times = { everyMs: 3_600_000 };
  const target = { kind: "start", agent: SUBJECT, message: "idle scheduled" };
  for (let n = 0; n < count; n += 1) {
    const say = async (handler: string, body: object) => {
      const answer = await scene.engine.call(`holdfast.schedule/s-${n}/${handler}`, body);
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
    };
    await say("set", { times, target, missed: { policy: "all" }, ...SAID });
    if (n % 2 === 0) await say("pause", SAID);
    await say("delete", SAID);
  }
}

async function ok(task: Task, handler: string, body: object): Promise<void> {
  const answer = await task.post(handler, body);
  expect(answer.status, `${handler} ${JSON.stringify(answer.body)}`).toBe(200);
}
