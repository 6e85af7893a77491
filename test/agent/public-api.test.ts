// Owns the tests of the agent object's public handlers, as somebody with curl uses them: what
// is idempotent, what is applied once, who waits for what, and what can be read at any time.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { AskResult, EventsPage, StartResult, StatusView } from "../../contract/api.ts";
import { chainProblem } from "../../core/log.ts";
import { defineTool } from "../../index.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Desk, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, type Task } from "./support/task.ts";

let scene: Scene;
/** Answers each turn with how many messages it was sent. */
let echo: Desk;
const echoModel = scriptedModel(({ messages }) =>
  says(`heard ${messages.filter(({ role }) => role === "user").length}`),
);

beforeAll(async () => {
  scene = await openScene();
  echo = await echoDesk("echo");
});
afterAll(() => scene.stop());

function echoDesk(name: string): Promise<Desk> {
  return scene.open({ name, model: echoModel });
}

/** Asks the server to forget every completed invocation of a task. */
async function forgetInvocations({ agent, id }: Task): Promise<void> {
  const { admin, adminUrl } = scene.engine;
  const rows = await admin.query(
    `SELECT id FROM sys_invocation WHERE target_service_name = '${agent}' AND target_service_key = '${id}'`,
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    const url = `${adminUrl}/invocations/${String(row["id"])}/purge`;
    expect((await fetch(url, { method: "PATCH" })).ok).toBe(true);
  }
}

describe("start", () => {
  it("F28 R9 the same input is the same task, also when its invocations are forgotten", async () => {
    const task = echo.task("same");
    const first = await task.start("hello", "ada");
    expect(first).toMatchObject({ taskId: "same", created: true });
    expect(await task.start("hello", "ada")).toMatchObject({
      taskUid: first.taskUid,
      created: false,
    });
    await task.until("idle");
    await forgetInvocations(task);
    expect(await task.start("hello", "ada")).toEqual({ ...first, status: "idle", created: false });
    expect((await task.status()).usage.modelCalls).toBe(1);
  });

  it("F28 another input is refused, and changes nothing", async () => {
    const task = echo.task("other");
    await task.start("hello", "ada");
    await task.until("idle");
    const before = await task.log();
    for (const body of [{ message: "bye", owner: "ada" }, { message: "hello" }]) {
      const answer = await task.post("start", body);
      expect(answer).toMatchObject({
        status: 412,
        body: { metadata: { code: "task_conflict" } },
      });
    }
    expect(await task.log()).toEqual(before);
  });

  it("F28 twenty at once make one task", async () => {
    const task = echo.task("crowd");
    const results = await Promise.all(Array.from({ length: 20 }, () => task.start("hello")));
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(results.map(({ taskUid }) => taskUid)).size).toBe(1);
    await task.until("idle");
    expect(dataOf(await task.log(), "message.received")).toHaveLength(1);
  });
});

describe("send", () => {
  it.each([32, 100])("R28 F29 %i at once are each applied once, in one order", async (count) => {
    const task = echo.task(`flood-${count}`);
    await task.start("hello");
    const ids = Array.from({ length: count }, (_, index) => `m-${index}`);
    // Each of them twice, as clients do that lost the first answer.
    await Promise.all([...ids, ...ids].map((id) => task.send(`text of ${id}`, id)));
    await task.logged("message.received", count + 1);
    await task.until("idle");
    const log = await task.log();
    const received = dataOf(log, "message.received").map(({ messageId }) => messageId);
    expect(received.toSorted()).toEqual([...ids, "start"].toSorted());
    expect(chainProblem(log)).toBeUndefined();
    // The last model call of all was sent every message.
    expect((await task.status()).lastTurn?.answer).toBe(`heard ${count + 1}`);
  });

  it("F29 messages of one sender keep their order", async () => {
    const task = echo.task("sender");
    await task.start("hello");
    for (let index = 0; index < 8; index += 1) await task.send(`text ${index}`, `m-${index}`);
    const received = await task.logged("message.received", 9);
    expect(received.map(({ messageId }) => messageId)).toEqual([
      "start",
      ...Array.from({ length: 8 }, (_, index) => `m-${index}`),
    ]);
  });

  it("an id is one message for ever: the same again is a duplicate, another content is refused", async () => {
    const task = echo.task("ids");
    await task.start("hello");
    expect(await task.send("more", "m")).toMatchObject({ messageId: "m", result: "accepted" });
    await task.logged("message.received", 2);
    expect(await task.send("more", "m")).toMatchObject({ messageId: "m", result: "duplicate" });
    expect(await task.post("send", { message: "less", messageId: "m" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "message_conflict" } },
    });
    // Without an id each message is its own.
    const own = await Promise.all([task.send("more"), task.send("more")]);
    expect(new Set(own.map(({ messageId }) => messageId)).size).toBe(2);
    expect(await task.logged("message.received", 4)).toHaveLength(4);
  });
});

describe("ask", () => {
  it("waits for the turn's answer, and starts the task where there is none", async () => {
    const task = echo.task("asked");
    const first = await task.ask({ message: "hello", messageId: "q-1" });
    expect(first).toMatchObject({
      messageId: "q-1",
      status: "idle",
      turn: { turn: 1, result: "completed", answer: "heard 1" },
    });
    expect(await task.ask({ message: "and?" })).toMatchObject({ turn: { answer: "heard 2" } });
    // Asked again it answers from the log, and the model is not asked.
    const again = await task.ask({ message: "hello", messageId: "q-1" });
    expect(again.turn).toEqual(first.turn);
    expect((await task.status()).usage.modelCalls).toBe(2);
  });

  it("answers with status and cursor when the turn takes longer, and waits on by the same id", async () => {
    const gate = createGate();
    const model = scriptedModel([() => gate.pass().then(() => says("at last"))]);
    const task = (await scene.open({ name: "slow", model })).task("t");
    const early = await task.ask({ message: "hello", messageId: "q", timeoutMs: 50 });
    expect(["queued", "running"]).toContain(early.status);
    expect(early.cursor).toBeGreaterThanOrEqual(1);
    expect(early).not.toHaveProperty("turn");
    const waiting = task.ask({ message: "hello", messageId: "q" });
    const byStartId = task.post("ask", { message: "hello", messageId: "q", timeoutMs: 60_000 });
    gate.open();
    expect((await waiting).turn?.answer).toBe("at last");
    expect(((await byStartId).body as AskResult).turn?.answer).toBe("at last");
    expect(model.requests).toHaveLength(1);
  });

  it("F29 of many that meet where there is no task makes one, and every message is in it", async () => {
    const gate = createGate();
    const model = scriptedModel(() => gate.pass().then(() => says("for all")));
    const task = (await scene.open({ name: "popular", model })).task("t");
    const ids = Array.from({ length: 24 }, (_, index) => `q-${index}`);
    const asked = ids.map((messageId, index) =>
      task.ask({ message: `hello ${index % 2}`, messageId, timeoutMs: 3_000 }),
    );
    await gate.reached();
    gate.open();
    const answers = (await Promise.all(asked)).map(({ turn }) => turn?.answer);
    expect(answers).toEqual(ids.map(() => "for all"));
    const received = dataOf(await task.log(), "message.received").map((each) => each.messageId);
    expect(received.toSorted()).toEqual(ids.toSorted());
  });

  it("refuses one of two texts under one id that meet where there is no task", async () => {
    const task = echo.task("meeting");
    const texts = ["one", "two"];
    const both = texts.map((message) => task.post("ask", { message, messageId: "q" }));
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    expect(JSON.stringify(answers)).toContain("message_conflict");
    expect(dataOf(await task.log(), "message.received")).toHaveLength(1);
  });

  it("waits for the turn that `start` began, by the id `start`", async () => {
    const task = echo.task("started");
    await task.start("hello");
    const answer = await task.ask({ message: "hello", messageId: "start" });
    expect(answer).toMatchObject({ messageId: "start", turn: { answer: "heard 1" } });
  });
});

describe("reading", () => {
  it("events come in pages after a cursor, each once, chained", async () => {
    const task = echo.task("pages");
    await task.start("hello");
    for (let turn = 2; turn <= 5; turn += 1) await task.ask({ message: `turn ${turn}` });
    const paged = [];
    let cursor = -1;
    for (;;) {
      const { body } = await task.post("events", { after: cursor, limit: 3 });
      const page = body as EventsPage;
      expect(page.events.length).toBeLessThanOrEqual(3);
      paged.push(...page.events);
      cursor = page.cursor;
      if (!page.more) break;
    }
    expect(paged).toEqual(await task.log());
    expect(paged.map(({ seq }) => seq)).toEqual(paged.map((_, index) => index));
    expect(chainProblem(paged)).toBeUndefined();
    expect(cursor).toBe((await task.status()).cursor);
  });

  it("R22 the context is what the model would be sent now", async () => {
    const look = lookTool("context-look");
    const model = scriptedModel([asksFor(["context-look", { at: "x" }, "c"]), says("done")]);
    const task = (await scene.open({ name: "reader", model, tools: [look] })).task("t");
    await task.ask({ message: "hello" });
    const { messages, to, digest } = await task.context();
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
    expect(messages[2]).toEqual({ role: "tool", callId: "c", result: { text: "seen at x" } });
    const last = (await task.log()).at(-1);
    expect({ to, digest }).toEqual({ to: last?.seq, digest: last?.hash });
  });

  it("R28 tasks of different ids run side by side", async () => {
    const gate = createGate();
    const model = scriptedModel(() => gate.pass().then(() => says("go")));
    const desk = await scene.open({ name: "parallel", model });
    const tasks = Array.from({ length: 5 }, (_, index) => desk.task(`t-${index}`));
    for (const task of tasks) await task.start("hello");
    for (const task of tasks) await task.until("running");
    await gate.reached(5);
    gate.open();
    for (const task of tasks) expect((await task.until("idle")).lastTurn?.answer).toBe("go");
  });

  it("plain curl is understood, which names the content type of a form, or sends no body", async () => {
    const url = `${scene.engine.ingressUrl}/restate/call/echo/curl`;
    const curl = async (handler: string, init: RequestInit = {}) => {
      const response = await fetch(`${url}/${handler}`, { method: "POST", ...init });
      expect(response.status, handler).toBe(200);
      return response.json() as unknown;
    };
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const body = '{"message":"hello"}';
    expect((await curl("start", { body, headers: form })) as StartResult).toMatchObject({
      created: true,
    });
    expect((await curl("ask", { body, headers: form })) as AskResult).toMatchObject({
      turn: { answer: "heard 2" },
    });
    expect((await curl("status")) as StatusView).toMatchObject({ status: "idle", turn: 2 });
    expect(((await curl("events")) as EventsPage).events.length).toBeGreaterThan(0);
    expect(await curl("context", { headers: form, body: "{}" })).toMatchObject({ more: false });
    const why = '{"reason":"not wanted"}';
    expect(await curl("cancel", { headers: form, body: why })).toMatchObject({
      result: "accepted",
    });
  });
});

function lookTool(name: string) {
  return defineTool({
    name,
    description: "Looks at a place.",
    input: z.object({ at: z.string() }),
    output: z.string(),
    effect: "read",
    execute: ({ at }) => `seen at ${at}`,
  });
}
