// Owns the tests of waits on a real server: parked they hold nothing, they outlive every process,
// they end once, and with their task.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { InboxView } from "../../contract/inbox.ts";
import { EVENTS_SERVICE, INBOX_SERVICE } from "../../contract/inbox.ts";
import type { StatusView } from "../../contract/api.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { dataOf, PATIENCE, restsWith, type Task, taskAt } from "./support/task.ts";

let engine: TestEngine;
let worker: WorkerProcess;
beforeAll(async () => {
  engine = await startEngine();
  worker = await serve();
});
afterAll(() => engine.stop());

/** A worker with an empty memory, in the place of the one before. */
function serve(port?: number): Promise<WorkerProcess> {
  const file = new URL("./support/waiting-worker.ts", import.meta.url);
  const env = {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    ARTIFACTS: join(engine.directory, "artifacts"),
  };
  return engine.spawnWorker(file, env, {
    register: false,
    ...(port === undefined ? {} : { port }),
  });
}

type Calls = readonly (readonly [tool: string, given: object])[];

async function start(id: string, steps: readonly Calls[], agent = "waiter"): Promise<Task> {
  const task = taskAt(engine, agent, id);
  await task.start(JSON.stringify(steps));
  return task;
}

const paid = (key: string) => ["wait_for_event", { topic: "paid", key }] as const;

const publish = (key: string, eventId = `e-${key}`) =>
  engine.call(`${EVENTS_SERVICE}/publish`, { topic: "paid", key, eventId, payload: { key } });

async function inboxOf(key: string): Promise<InboxView> {
  const { body } = await engine.call(`${EVENTS_SERVICE}/show`, { topic: "paid", key });
  return body as InboxView;
}

function callOf({ operations }: StatusView, tool: string): string {
  return operations.find((each) => each.tool === tool)?.operationId ?? "";
}

async function viasOf(task: Task): Promise<readonly (string | undefined)[]> {
  return dataOf(await task.log(), "tool.returned").map(({ via }) => via);
}

/** Real time, as the server's timers have it. */
const passed = (time: number) =>
  vi.waitFor(() => expect(Date.now()).toBeGreaterThan(time), PATIENCE);

describe("waits", () => {
  it("R32 R41 R6 R31 outlive the worker and the server, hold nothing, and end once each", async () => {
    const question = ["ask_human", { question: "Which?" }] as const;
    const task = await start("outlives", [[["sleep", { seconds: 2 }], paid("o"), question]]);
    const parked = await task.until("waiting-event");
    expect(parked.operations.map(({ state }) => state)).toEqual(["waiting", "waiting", "waiting"]);
    // One timer for all of them, which is the server's, and no process.
    await restsWith(engine, task, ["wake scheduled"]);
    await worker.kill();
    await engine.server.kill();
    await engine.restart();
    await passed((parked.wakeAt ?? 0) + 100);
    worker = await serve(worker.port);

    // The time came while nothing ran, and it is the first to end.
    await vi.waitFor(async () => expect(await viasOf(task)).toEqual(["timer"]), PATIENCE);
    expect((await publish("o")).body).toMatchObject({ result: "delivered", waits: 1 });
    expect((await publish("o")).body).toMatchObject({ result: "duplicate" });
    await vi.waitFor(async () => expect(await viasOf(task)).toEqual(["timer", "event"]), PATIENCE);
    const operationId = callOf(await task.status(), "ask_human");
    const answer = { operationId, answer: { colour: "blue" }, by: "ada" };
    const first = await task.post("answer", answer);
    expect(first).toMatchObject({ status: 200, body: { receipt: { by: "ada" } } });
    const again = await task.post("answer", answer);
    const { receipt } = first.body as { receipt: object };
    expect(again).toMatchObject({ status: 200, body: { receipt } });
    const other = await task.post("answer", { ...answer, answer: "red", by: "bob" });
    expect(other).toMatchObject({
      status: 412,
      body: { metadata: { code: "question_answered", by: "ada" } },
    });
    const { lastTurn } = await task.until("idle");
    expect(lastTurn?.answer).toContain('"payload":{"key":"o"}');
    expect(lastTurn?.answer).toContain('"answer":{"colour":"blue"}');
    expect(await viasOf(task)).toEqual(["timer", "event", "answer"]);
    // To a finished turn an event is nothing.
    expect((await publish("o", "e-late")).body).toMatchObject({ waits: 0 });
    expect(await viasOf(task)).toHaveLength(3);
  });

  it("F12 end at their deadline, after which an answer and an event are late", async () => {
    const question = ["ask_human", { question: "Now?", deadline_seconds: 1 }] as const;
    const event = ["wait_for_event", { topic: "paid", key: "d", deadline_seconds: 1 }] as const;
    const task = await start("deadline", [[question, event]]);
    const view = await task.until("waiting-event");
    await task.until("idle");
    expect(await viasOf(task)).toEqual(["deadline", "deadline"]);
    const answer = { operationId: callOf(view, "ask_human"), answer: "yes", by: "ada" };
    expect(await task.post("answer", answer)).toMatchObject({
      status: 410,
      body: { metadata: { code: "question_ended" } },
    });
    expect((await publish("d")).body).toMatchObject({ result: "late" });
    expect(await viasOf(task)).toHaveLength(2);
  });

  it("R40 that are taken in long after their time say so, or stop the agent", async () => {
    // Long enough for both to be seen at rest, and the worker to be gone, before it is over.
    const steps = [[["sleep", { seconds: 4 }]]] as const;
    const tasks = await Promise.all(
      ["told-when-late", "stopped-when-late"].map((agent) => start("late", steps, agent)),
    );
    const views = await Promise.all(tasks.map((task) => task.until("waiting-timer")));
    await worker.kill();
    await passed(Math.max(...views.map(({ wakeAt = 0 }) => wakeAt)) + 1_000);
    worker = await serve(worker.port);
    const [told, stopped] = tasks;
    expect((await told?.until("idle"))?.lastTurn?.answer).toContain("plan anew");
    const end = await stopped?.until("failed");
    expect(end?.lastTurn?.error).toMatchObject({ code: "too_late" });
    expect(dataOf((await stopped?.log()) ?? [], "model.answered")).toHaveLength(1);
  });

  it("R80 end with their task: nobody listens at an inbox, and no timer does anything", async () => {
    const task = await start("cancelled", [[paid("c"), ["sleep", { seconds: 2 }]]]);
    const { wakeAt = 0 } = await task.until("waiting-event");
    await vi.waitFor(async () => expect((await inboxOf("c")).waits).toHaveLength(1), PATIENCE);
    await task.post("cancel", { reason: "not wanted", by: "ada" });
    await task.until("cancelled");
    await vi.waitFor(async () => expect((await inboxOf("c")).waits).toEqual([]), PATIENCE);
    const { length } = await task.log();
    await passed(wakeAt + 200);
    // Its timer is gone, and nothing else was there.
    await restsWith(engine, task, []);
    expect(await task.log()).toHaveLength(length);
    expect((await publish("c")).body).toMatchObject({ result: "late", waits: 0 });
  });

  it("L3 are withdrawn alone", async () => {
    const task = await start("alone", [[paid("w"), ["sleep", { seconds: 3_600 }]]]);
    const view = await task.until("waiting-event");
    const withdraw = (tool: string, reason = "it is not needed") =>
      task.post("withdraw", { operationId: callOf(view, tool), reason, by: "ada" });
    expect((await withdraw("wait_for_event")).status).toBe(200);
    await task.until("waiting-timer");
    await vi.waitFor(async () => expect((await inboxOf("w")).waits).toEqual([]), PATIENCE);
    expect((await withdraw("wait_for_event")).status).toBe(412);
    expect((await withdraw("sleep", "it is morning")).status).toBe(200);
    const { lastTurn } = await task.until("idle");
    expect(lastTurn?.answer).toContain("it is morning");
  });

  it("F3 L5 are refused with a clear answer where the body or the operation is wrong", async () => {
    const task = await start("refused", [[paid("r")]]);
    const view = await task.until("waiting-event");
    const operationId = callOf(view, "wait_for_event");
    const codeOf = async (handler: string, body: unknown) => {
      const { status, body: answered } = await task.post(handler, body);
      return [status, (answered as { metadata?: { code?: string } }).metadata?.code];
    };
    const answer = { operationId, answer: "x", by: "ada" };
    expect(await codeOf("answer", answer)).toEqual([412, "operation_not_a_question"]);
    expect(await codeOf("answer", { ...answer, by: "" })).toEqual([400, "invalid_input"]);
    expect(await codeOf("answer", { ...answer, answer: "x".repeat(20_000) })).toEqual([
      400,
      "invalid_input",
    ]);
    expect(await codeOf("answer", { ...answer, operationId: "no" })).toEqual([
      412,
      "operation_not_found",
    ]);
    expect(await codeOf("withdraw", { operationId })).toEqual([400, "invalid_input"]);
    expect((await task.status()).operations).toHaveLength(1);
    // Nobody from outside reaches the inbox itself.
    const key = encodeURIComponent("/paid/r");
    const accepted = await engine.call(`${INBOX_SERVICE}/${key}/accept`, {});
    expect(accepted.status).toBeGreaterThanOrEqual(400);
  });
});
