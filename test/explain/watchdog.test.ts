// Owns that a task which is stuck is found on the real server (R67): four faults, each found within its
// bound, told of once though two workers watch, shown by `status` and `explain`, and over with the next
// progress.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Explanation } from "../../contract/explanation.ts";
import type { NotificationBody } from "../../contract/notification.ts";
import type { StuckKind } from "../../contract/watch.ts";
import type { AppOptions, Worker } from "../../index.ts";
import { createApp, defineAgent, defineTool, sleep } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, type Reply, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { createReceiver, type Receiver } from "../notifications/support/receiver.ts";
import { type BlockedApp, serveBlocked } from "./support/blocked-app.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const AGENT = "watched";
/** The tests go on at once: whose segments are refused is another agent. */
const OTHER = "refused";
/** Above what a task without a fault takes between two events, also on a busy machine. */
const BOUNDS = {
  queuedMs: 2_000,
  stalledMs: 1_500,
  overdueMs: 1_500,
  retryingMs: 2_000,
  escalateMs: 3_000,
};

let scene: Scene;
let receiver: Receiver;
let served: BlockedApp;
let watchers: readonly Worker[];
/** Tasks whose provider answers again. */
const answering = new Set<string>();

const look = defineTool({
  name: "look-watched",
  description: "Looks.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "read",
  timeoutMs: 500,
  startDeadlineMs: 500,
  execute: () => "seen",
});

/** The first message says what the task's model does. */
const model = scriptedModel(({ messages }): Reply => {
  const first = messages.find(({ role }) => role === "user");
  const part = first?.role === "user" ? first.parts[0] : undefined;
  const plan = part?.type === "text" ? part.text : "";
  if (plan === "provider" && !answering.has(plan))
    return { kind: "wait", code: "overloaded", retryAfterMs: 3_600_000 };
  if (messages.some(({ role }) => role === "assistant")) return says("done");
  if (plan === "look") return asksFor([look.name, {}]);
  if (plan === "sleep") return asksFor([sleep.name, { seconds: 3 }]);
  return says("done");
});

beforeAll(async () => {
  scene = await openScene();
  receiver = await createReceiver(SECRET);
  const options: AppOptions = {
    ...scene.surroundings,
    agents: [AGENT, OTHER].map((name) =>
      defineAgent({
        name,
        instructions: "You are a clerk.",
        model: { provider: "scripted", model: "m-1" },
        tools: [look, sleep],
        limits: { toolWaitMs: 1_000, maxProviderWaitMs: 100 },
      }),
    ),
    providers: { scripted: model },
    credentials: { resolve: async () => ({ outcome: "ok", value: SECRET, source: "the test" }) },
    notifications: [{ name: "ops", url: receiver.url, secret: "signing", events: ["task.stuck"] }],
    watch: { ...BOUNDS, everyMs: 1 },
  };
  served = await serveBlocked(scene.engine, createApp(options), { waiters: false, control: true });
  const serve = () => createApp(options).serve({ port: 0 });
  watchers = [await serve(), await serve()];
});
afterAll(async () => {
  await scene.stop();
  await Promise.all(watchers.map((each) => each.drain()));
  await served.close();
  await receiver.down();
});

const watch = () => Promise.all(watchers.map((each) => each.supervise()));
const told = (task: Task): readonly NotificationBody[] =>
  receiver.received.map(({ body }) => body).filter(({ data }) => data.taskId === task.id);

async function started(id: string, more: object = {}, agent = AGENT): Promise<Task> {
  const task = taskAt(scene.engine, agent, id);
  const answer = await task.post("start", { message: id, owner: "ann", ...more });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return task;
}

/** Waits until the owner was told. */
function toldOnce(task: Task, kind: StuckKind): Promise<void> {
  return vi.waitFor(async () => {
    await watch();
    expect(told(task)).toHaveLength(1);
    expect(told(task)[0]?.data).toMatchObject({ kind, owner: "ann", agent: task.agent });
  }, PATIENCE);
}

/** The mark is gone, whoever looks, and nobody was told again. */
async function isOver(task: Task, notices = 1): Promise<void> {
  await vi.waitFor(async () => expect((await task.status()).stuck).toBeUndefined(), PATIENCE);
  await watch();
  await watch();
  expect(dataOf(await task.log(), "task.stuck")).toHaveLength(1);
  expect(told(task)).toHaveLength(notices);
}

const explained = async (task: Task): Promise<Explanation> =>
  (await task.post("explain")).body as Explanation;
const explainedByControl = async (task: Task): Promise<Explanation> =>
  (await scene.engine.call("holdfast.control/explain", { agent: task.agent, taskId: task.id }))
    .body as Explanation;

describe.concurrent("a watchdog", () => {
  it("R67 R100 finds a task that is queued for too long, though its segment has its lock", async () => {
    const task = await started("queue", {}, OTHER);
    await task.until("idle");
    const release = served.refuse(`${OTHER}/run`);
    await task.send("more");
    await toldOnce(task, "queued");
    await vi.waitFor(async () => {
      const { blockers, engine, text } = await explainedByControl(task);
      expect(blockers[0]).toMatchObject({ kind: "segment", who: { kind: "runtime" } });
      // Between two attempts.
      expect(engine?.segment).toMatchObject({ target: `${OTHER}/run`, status: "backing-off" });
      expect(blockers[0].until).toBeGreaterThan(blockers[0].since);
      expect(text).toContain("whose attempts fail");
    }, PATIENCE);
    release();
    await task.logged("turn.completed", 2);
    const [data] = await task.logged("task.stuck");
    expect(data).toMatchObject({ kind: "queued", over: true });
    await isOver(task);
  });

  it("R67 finds a task that makes no progress, since its tool never answers", async () => {
    const release = served.refuse(`tools.${look.name}/execute`);
    const task = await started("look");
    await toldOnce(task, "no-progress");
    const [data] = await task.logged("task.stuck");
    // Now and then it looks whether the tool has answered, and is queued for a moment.
    const { stuck } = await task.until("waiting-tool");
    expect(stuck).toMatchObject({ kind: "no-progress", since: data?.since });
    expect((await explained(task)).stuck).toEqual(stuck);
    await vi.waitFor(async () => {
      const { blockers, runbook } = await explainedByControl(task);
      expect(blockers[0]).toMatchObject({ kind: "tool", tool: look.name });
      expect(blockers[0].what).toContain("whose attempts fail");
      expect(runbook).toBe("docs/runbooks/waiting-tool.md");
    }, PATIENCE);
    release();
    await task.until("idle");
    await isOver(task);
  });

  it("R67 L3 finds a task whose timer was lost, and lets it go on", async () => {
    const task = await started("sleep");
    await task.until("waiting-timer");
    const [timer] = await scene.engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_key = '${task.id}'
       AND target_handler_name = 'wake' AND status = 'scheduled'`,
    );
    expect(await scene.engine.admin.killInvocation(String(timer?.["id"]))).toBe("accepted");
    await toldOnce(task, "overdue");
    await task.until("idle");
    const log = await task.log();
    expect(dataOf(log, "task.woken")).toMatchObject([{ by: "watchdog" }]);
    expect(dataOf(log, "tool.returned")).toMatchObject([{ tool: sleep.name, via: "timer" }]);
    await isOver(task);
  });

  it("R67 F13 finds a task that tries again and again; its escalation owner is told after a while", async () => {
    const task = await started("provider", { escalation: "bea" });
    await toldOnce(task, "retrying");
    expect((await task.status()).status).toBe("waiting-provider");
    await vi.waitFor(async () => {
      await watch();
      expect(told(task).map(({ data }) => data.escalation)).toEqual([undefined, "bea"]);
      expect((await task.status()).stuck).toMatchObject({ escalated: { to: "bea" } });
    }, PATIENCE);
    answering.add("provider");
    await task.post("retry", { reason: "it is up" });
    await task.until("idle");
    expect(dataOf(await task.log(), "task.escalated")).toEqual([{ to: "bea" }]);
    await isOver(task, 2);
  });

  it("R67 says nothing of tasks that rest by design", async () => {
    const task = await started("rests");
    await task.until("idle");
    const held = await started("holds");
    await held.until("idle");
    await held.post("pause", { reason: "let me look" });
    await vi.waitFor(async () => {
      await watch();
      const { updatedAt } = await held.status();
      expect(Date.now() - updatedAt).toBeGreaterThan(2 * BOUNDS.queuedMs);
    }, PATIENCE);
    for (const each of [task, held]) {
      expect(dataOf(await each.log(), "task.stuck")).toEqual([]);
      expect(told(each)).toEqual([]);
    }
  });
});
