// Owns what the task log holds: every record, once, in order, and enough of it to rebuild what
// the model was sent; and what is nowhere: secrets, and invocations of tasks that wait.
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { AgentManifest } from "../../contract/model.ts";
import { assembleContext } from "../../core/context.ts";
import { digestOf } from "../../core/digest.ts";
import { chainProblem } from "../../core/log.ts";
import { defineTool, openaiChat } from "../../index.ts";
import { buildRequest } from "../../services/model/build-request.ts";
import { encodeChatRequest } from "../../services/model/encode-chat-request.ts";
import { resolveMessages } from "../../services/model/resolve-messages.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, openInvocations, PATIENCE } from "./support/task.ts";

const CANARY = "sk-canary-7f3a9c51d2";

const add = defineTool({
  name: "add",
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number() }),
  output: z.number(),
  effect: "read",
  execute: ({ a, b }) => a + b,
});
const pay = defineTool({
  name: "pay",
  description: "Pays.",
  input: z.object({ cents: z.int() }),
  output: z.string(),
  effect: "financial",
  execute: ({ cents }) => `paid ${cents}`,
});

/** A chat-completions server that keeps the bodies it was sent: first a call, then a text. */
function startProvider(bodies: string[]): Promise<Server> {
  const answer = (message: object, reason: string) => ({
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "gpt-x",
    choices: [{ index: 0, finish_reason: reason, logprobs: null, message }],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  });
  const call = {
    id: "c1",
    type: "function",
    function: { name: "add", arguments: '{"a":1, "b":2}' },
  };
  const asks = { role: "assistant", content: null, refusal: null, tool_calls: [call] };
  const text = { role: "assistant", content: "It is 3.", refusal: null };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const first = bodies.push(Buffer.concat(chunks).toString()) === 1;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(first ? answer(asks, "tool_calls") : answer(text, "stop")));
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe("the task log", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.stop());

  it("R1 R9 holds exactly one record per model call, tool return and decision, in order", async () => {
    const model = scriptedModel([
      asksFor(["add", { a: 1, b: 2 }], ["add", { a: 3, b: 4 }]),
      asksFor(["add", { a: 5, b: 6 }], ["none", {}]),
      says("done"),
    ]);
    const task = (await scene.open({ name: "r1", model, tools: [add] })).task("t");
    await task.start("go");
    await task.until("idle");
    const log = await task.log();
    const types = log.map((event) => event.type);
    const isWork = (type: string): boolean => ["model.answered", "tool.returned"].includes(type);
    expect(types.filter(isWork)).toEqual([
      "model.answered",
      "tool.returned",
      "tool.returned",
      "model.answered",
      "tool.returned",
      "model.answered",
    ]);
    expect(types.filter((type) => !isWork(type))).toEqual([
      "task.started",
      "message.received",
      "segment.started",
      "call.refused",
      "turn.completed",
    ]);
    expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index));
    expect(chainProblem(log)).toBeUndefined();
    expect(await task.log()).toEqual(log);
    const ids = dataOf(log, "tool.returned").map((event) => event.operationId);
    expect(new Set(ids).size).toBe(3);
    const again = await task.start("go");
    expect(again).toMatchObject({ created: false, taskUid: (await task.status()).taskUid });
  });

  it("R2 rebuilds each step's request, byte for byte, from storage alone", async () => {
    const bodies: string[] = [];
    const server = await startProvider(bodies);
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const model = openaiChat({ apiKey: () => CANARY, baseURL });
    const task = (await scene.open({ name: "r2", model, tools: [add] })).task("t");
    await task.start("What is 1 + 2? Say it in plain words, please.");
    await task.until("idle");
    server.close();
    const log = await task.log();
    const answers = dataOf(log, "model.answered");
    expect(answers).toHaveLength(2);
    const artifacts = scene.surroundings.artifacts.ofTenant(undefined);
    for (const [index, answered] of answers.entries()) {
      const size = await sizeOfArtifact(scene, answered.manifest);
      const ref = { sha256: answered.manifest, size, mediaType: "application/json" };
      const manifest = JSON.parse(
        Buffer.from(await artifacts.get(ref)).toString(),
      ) as AgentManifest;
      const context = assembleContext(log.slice(0, answered.contextTo + 1));
      const choice = { provider: answered.provider, model: answered.model };
      const messages = await resolveMessages(context, artifacts, choice);
      const request = buildRequest({
        manifest,
        model: answered.model,
        messages,
        maxOutputTokens: undefined,
      });
      const body = encodeChatRequest(request);
      expect(JSON.stringify(body)).toBe(bodies[index]);
      expect(digestOf(body)).toBe(answered.requestDigest);
      expect(log[answered.contextTo]?.hash).toBe(answered.contextDigest);
      expect("text" in answered.response && JSON.parse(answered.response.text)).toMatchObject({
        id: "c",
      });
    }
  });

  it("R44 the provider's key is in nothing that the server or the store keeps, while the prompt is", async () => {
    // The server compresses its files, so what it keeps is read as it shows it.
    const { admin } = scene.engine;
    const journal = await admin.query("SELECT encode(raw, 'hex') AS bytes FROM sys_journal");
    const state = await admin.query("SELECT encode(value, 'hex') AS bytes FROM state");
    const artifacts = await readTree(join(scene.engine.directory, "artifacts"));
    const kept = [...journal, ...state]
      .map(({ bytes }) => Buffer.from(String(bytes), "hex"))
      .concat(artifacts, Buffer.from(scene.engine.log.join("\n")));
    const holding = (text: string): number => kept.filter((bytes) => bytes.includes(text)).length;
    expect(holding("Say it in plain words")).toBeGreaterThan(1);
    expect(holding("You are a clerk.")).toBeGreaterThan(0);
    expect(holding(CANARY)).toBe(0);
  });

  it("R10 R12 a waiting task outlives its caller and its worker, and holds no invocation of its own", async () => {
    const model = scriptedModel((request) =>
      request.messages.some((message) => message.role === "tool")
        ? says("done")
        : asksFor(["pay", { cents: 5 }]),
    );
    const spec = { name: "r12", model, tools: [pay] };
    const first = await scene.open(spec);
    const caller = new AbortController();
    const url = `${scene.engine.ingressUrl}/restate/call/r12/t/ask`;
    const body = JSON.stringify({ message: "pay", messageId: "m" });
    const gone = fetch(url, { method: "POST", body, signal: caller.signal });
    const waiting = await first.task("t").until("waiting-approval");
    caller.abort();
    await expect(gone).rejects.toThrow("aborted");
    await first.worker.drain();
    const rest = await scene.engine.admin.query(
      `SELECT target_service_name AS service FROM sys_invocation
       WHERE status != 'completed' AND target_handler_name NOT IN ('status', 'events', 'ask')`,
    );
    // The second is the approval's timer, which the server keeps.
    const services = rest.map(({ service }) => String(service)).toSorted();
    expect(services).toEqual(["holdfast.approval", "holdfast.waiter"]);
    const second = await scene.open(spec);
    const task = second.task("t");
    expect((await task.status()).operations).toEqual(waiting.operations);
    await task.decide(waiting.operations[0], "approve");
    expect((await task.ask({ message: "pay", messageId: "m" })).turn?.answer).toBe("done");
  });

  it("R25 a one-turn task leaves no open invocation, timer or object but its own record", async () => {
    const task = (await scene.open({ name: "r25", model: scriptedModel([says("hi")]) })).task("t");
    expect((await task.ask({ message: "hello" })).turn?.answer).toBe("hi");
    await vi.waitFor(
      async () => expect(await openInvocations(scene.engine, task)).toEqual([]),
      PATIENCE,
    );
    const keys = await scene.engine.admin.query(
      "SELECT key FROM state WHERE service_name = 'r25' ORDER BY key",
    );
    const kinds = new Set(keys.map(({ key }) => String(key).split("/")[0]));
    expect(kinds).toEqual(new Set(["head", "log", "message", "turn"]));
    expect(dataOf(await task.log(), "segment.started")).toHaveLength(1);
  });
});

async function readTree(directory: string): Promise<Buffer<ArrayBuffer>[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
}

/** Of the artifact with this digest, wherever the store has put it. */
async function sizeOfArtifact(scene: Scene, sha256: string): Promise<number> {
  const root = join(scene.engine.directory, "artifacts");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found = entries.find(
    (entry) =>
      entry.isFile() && join(entry.parentPath, entry.name).replaceAll("/", "").endsWith(sha256),
  );
  if (found === undefined) throw new Error(`no artifact ${sha256}`);
  return (await readFile(join(found.parentPath, found.name))).length;
}
