// Owns the tests of what a user may get wrong: each has a clear error with its status and code,
// says where, never quotes what was sent, and leaves the task as it was.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { MAX_ID_BYTES } from "../../contract/ids.ts";
import { MAX_MESSAGE_BYTES } from "../../contract/message.ts";
import { createApp, defineAgent, defineTool } from "../../index.ts";
import { openScene, type Desk, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, type Task } from "./support/task.ts";

let scene: Scene;
let desk: Desk;
beforeAll(async () => {
  scene = await openScene();
  desk = await scene.open({ name: "desk", model: scriptedModel(() => says("yes")) });
});
afterAll(() => scene.stop());

const CANARY = "canary-4711";

/** Posts a body as it is; resolves to status, code and the whole text of the answer. */
async function post(path: string, body: string | Uint8Array<ArrayBuffer>) {
  const response = await fetch(`${scene.engine.ingressUrl}/restate/call/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const text = await response.text();
  const { metadata, message } = JSON.parse(text) as {
    metadata?: { code?: string };
    message?: string;
  };
  return { status: response.status, code: metadata?.code, message, text };
}

/** Half a character: JSON can escape it, UTF-8 and digests have no form for it. */
const HALF = "\ud83e";

/** Bodies that do not fit, and the place that the error names. */
const MISFITS: readonly (readonly [handler: string, body: unknown, place: string])[] = [
  ["start", { message: 4711 }, "message"],
  ["start", { message: "" }, "message"],
  ["start", { message: [] }, "message"],
  ["start", {}, "message"],
  ["start", [CANARY], "(body)"],
  ["start", { message: "hello", owner: "" }, "owner"],
  ["start", { message: "hello", owner: CANARY.repeat(99) }, "owner"],
  ["send", { message: [{ type: "text", text: 1 }] }, "message.0.text"],
  ["send", { message: [{ type: CANARY }] }, "message.0.type"],
  [
    "send",
    { message: [{ type: "image", artifact: { sha256: CANARY } }] },
    "message.0.artifact.sha256",
  ],
  ["send", { message: "hello", messageId: "" }, "messageId"],
  ["send", { message: "hello", messageId: CANARY.repeat(99) }, "messageId"],
  ["send", { message: "hello", messageId: `${CANARY}\u0007` }, "messageId"],
  ["ask", { message: "hello", timeoutMs: -1 }, "timeoutMs"],
  ["ask", { message: "hello", timeoutMs: 10 ** 9 }, "timeoutMs"],
  ["events", { after: -2 }, "after"],
  ["events", { limit: 10_000 }, "limit"],
  ["context", { limit: CANARY }, "limit"],
  ["cancel", { reason: CANARY.repeat(999) }, "reason"],
  ["recover", { reason: "r", park: CANARY }, "park"],
  ["start", { message: HALF }, "message"],
  ["start", { message: "hello", owner: HALF }, "owner"],
  ["send", { message: [{ type: "text", text: HALF }] }, "message.0.text"],
  ["send", { message: "hello", messageId: HALF }, "messageId"],
  ["ask", { message: "hello", from: HALF }, "from"],
  ["cancel", { reason: HALF }, "reason"],
  ["cancel", { reason: "enough", by: HALF }, "by"],
  ["cancel", {}, "reason"],
  ["cancel", { reason: "" }, "reason"],
  ["retry", {}, "reason"],
  ["retry", { reason: "again", operationId: "o", messageId: "m" }, "messageId"],
  ["drop", { messageId: "m" }, "reason"],
  ["rollback", {}, "reason"],
  ["grant", { grants: [] }, "reason"],
  ["settle", { operationId: "o", outcome: "applied" }, "reason"],
  ["withdraw", { operationId: "o" }, "reason"],
  ["recover", { reason: HALF }, "reason"],
];

describe("a body", () => {
  let task: Task;
  beforeAll(async () => {
    task = desk.task("victim");
    await task.start("hello");
    await task.until("idle");
  });

  it.each(MISFITS)("of %s that does not fit is refused with its place: %j", async (...misfit) => {
    const [handler, body, place] = misfit;
    const before = await task.log();
    const answer = await post(`desk/victim/${handler}`, JSON.stringify(body));
    expect(answer).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.message).toContain(`${place}:`);
    expect(answer.text).not.toContain(CANARY);
    expect(await task.log()).toEqual(before);
  });

  it.each([
    ["not JSON", `{"message": ${CANARY}`],
    ["not UTF-8", Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d])],
    ["JSON of half a character", '"\\ud800"'],
  ])("that is %s is refused", async (_, body) => {
    const answer = await post("desk/victim/send", body);
    expect(answer).toMatchObject({ status: 400, code: "invalid_input" });
    expect(answer.text).not.toContain(CANARY);
  });

  it("above 1 MiB is refused with 413, and one of 1 MiB is taken", async () => {
    const bodyOf = (bytes: number): string => {
      const frame = JSON.stringify({ message: "", messageId: "large" }).length;
      return JSON.stringify({ message: "x".repeat(bytes - frame), messageId: "large" });
    };
    const answer = await post("desk/victim/send", bodyOf(MAX_MESSAGE_BYTES + 1));
    expect(answer).toMatchObject({ status: 413, code: "message_too_large" });
    expect(answer.text.length).toBeLessThan(500);
    expect(await post("desk/victim/send", bodyOf(MAX_MESSAGE_BYTES))).toMatchObject({
      status: 200,
    });
    expect(await task.logged("message.received", 2)).toHaveLength(2);
  });

  it("that was refused leaves a task that goes on", async () => {
    expect(await task.ask({ message: "still there?" })).toMatchObject({ turn: { answer: "yes" } });
  });
});

describe("a task id", () => {
  it.each([
    ["longer than 256 bytes", "ü".repeat(MAX_ID_BYTES / 2 + 1)],
    ["with NUL", "a\u0000b"],
    ["with a line break", "a\nb"],
    ["with DEL", "a\u007fb"],
    ["with a C1 control", "a\u0085b"],
  ])("%s is refused by every handler", async (_, id) => {
    for (const handler of ["start", "send", "ask", "status", "events", "context", "cancel"]) {
      const path = `desk/${encodeURIComponent(id)}/${handler}`;
      const answer = await post(path, JSON.stringify({ message: "hello" }));
      expect(answer, handler).toMatchObject({ status: 400, code: "invalid_task_id" });
    }
  });

  it("that is empty makes no task", async () => {
    const answer = await post("desk//start", JSON.stringify({ message: "hello" }));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it("of 256 bytes, with anything that is no control character, is a task", async () => {
    const task = desk.task(`${"ü".repeat(120)} /?#%"'\\<>🦉`);
    await task.start("hello");
    expect((await task.until("idle")).taskId).toBe(task.id);
  });
});

describe("a task or an agent that is not there", () => {
  it.each(["status", "events", "context", "send", "cancel", "recover"])(
    "%s of an unknown task",
    async (handler) => {
      const answer = await desk.task("nobody").post(handler, bodyFor(handler));
      expect(answer).toMatchObject({
        status: 404,
        body: { metadata: { code: "task_not_found" } },
      });
    },
  );

  it("an unknown agent is the ingress's 404", async () => {
    const answer = await post("nobody/t/start", JSON.stringify({ message: "hello" }));
    expect(answer.status).toBe(404);
    expect(answer.message).toContain("nobody");
  });

  it.each(["begin", "run", "apply", "wake", "nudge"])("%s is not for outside", async (handler) => {
    expect((await desk.task("victim").post(handler, {})).status).toBe(400);
  });
});

function bodyFor(handler: string): unknown {
  if (handler === "cancel" || handler === "recover") return { reason: "enough" };
  return handler === "send" ? { message: "hello" } : {};
}

describe("a task that has ended", () => {
  it("takes no message, and says how it ended; its start stays what it was", async () => {
    const task = desk.task("ended");
    const { taskUid } = await task.start("hello");
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    const log = await task.log();
    for (const handler of ["send", "ask"]) {
      const answer = await task.post(handler, { message: CANARY });
      expect(answer).toMatchObject({ status: 412, body: { metadata: { code: "task_ended" } } });
      expect(JSON.stringify(answer.body)).toContain("cancelled");
      expect(JSON.stringify(answer.body)).not.toContain(CANARY);
    }
    expect(await task.start("hello")).toMatchObject({ taskUid, created: false });
    expect(await task.log()).toEqual(log);
  });
});

describe("a tool", () => {
  it("whose output fails its schema gives the model an error, and the turn goes on", async () => {
    const broken = defineTool({
      name: "broken",
      description: "Returns what it must not.",
      input: z.object({}),
      output: z.object({ cents: z.number() }),
      effect: "read",
      execute: () => ({ cents: CANARY }) as never,
    });
    const model = scriptedModel([asksFor(["broken", {}]), says("sorry")]);
    const task = (await scene.open({ name: "with-broken", model, tools: [broken] })).task("t");
    expect(await task.ask({ message: "go" })).toMatchObject({ turn: { answer: "sorry" } });
    const [returned] = dataOf(await task.log(), "tool.returned");
    expect(returned).toMatchObject({ outcome: "error", code: "invalid_output" });
    expect(JSON.stringify(returned)).toContain("cents");
    expect(JSON.stringify(model.requests[1])).not.toContain(CANARY);
  });

  it("that nobody serves parks the task, which goes on by itself when somebody does", async () => {
    let executed = 0;
    const later = defineTool({
      name: "later",
      description: "Is served later.",
      input: z.object({}),
      output: z.string(),
      effect: "read",
      execute: () => `executed ${(executed += 1)}`,
    });
    const model = scriptedModel([asksFor(["later", {}]), says("done")]);
    const spec = { name: "early", model, tools: [later] };
    const task = (await scene.open({ ...spec, only: { tools: false } })).task("t");
    await task.start("go");
    const parked = await task.until("needs-operator");
    expect(parked.reason).toContain("tools.later");
    expect(parked.wakeAt).toBeGreaterThan(Date.now());
    expect(parked.operations).toMatchObject([{ tool: "later", state: "ready" }]);
    await scene.open({ ...spec, only: { agents: false } });
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(executed).toBe(1);
    expect(model.requests).toHaveLength(2);
  });
});

describe("an app that cannot be right does not start", () => {
  const tool = (name: string) =>
    defineTool({
      name,
      description: "Does nothing.",
      input: z.object({}),
      output: z.null(),
      effect: "read",
      execute: () => null,
    });
  const agent = (name: string, tools = [tool("one")], provider = "scripted") =>
    defineAgent({ name, instructions: "Work.", model: { provider, model: "m" }, tools });
  const app = (...agents: ReturnType<typeof agent>[]) =>
    createApp({ ...scene.surroundings, agents, providers: { scripted: scriptedModel([]) } });

  it.each<readonly [string, () => unknown, RegExp]>([
    ["a tool twice in an agent", () => agent("a", [tool("one"), tool("one")]), /"one"; rename/],
    ["two tools of one name", () => app(agent("a"), agent("b")), /tools are named "one"; rename/],
    ["two agents of one name", () => app(agent("a", []), agent("a", [])), /agents are named "a"/],
    ["a tool's name with a dot", () => tool("look.up"), /look\.up.*letter/],
    ["a tool's name that is reserved", () => tool("restate"), /restate.*reserved/],
    ["an agent's name with a space", () => agent("my agent"), /my agent.*letter/],
    ["an agent's name that is reserved", () => agent("openapi"), /openapi.*reserved/],
    ["a provider that is not there", () => app(agent("a", [], "gpt")), /"gpt"; add it/],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
