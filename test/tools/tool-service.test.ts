// Owns the tests of a tool's service on the real server: what `execute` is given, what becomes
// of everything that it can do, and what Restate is told about it.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { ToolContext } from "../../contract/tool.ts";
import { digestOf, sha256 } from "../../core/digest.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createToolService } from "../../services/tool-host/tool-service.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { toolFailure } from "../../tools/tool-failure.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { callTool, callVerb, requestFor, surroundings, wakesOf } from "./tool-caller.ts";

const artifacts = createMemoryArtifactStore();
const logged: unknown[] = [];
const log = (fields: unknown, message: string) => void logged.push({ fields, message });
const logger = { info: log, warn: log, error: log };

/** What `probe` does in the current test, and the contexts that it was called with. */
let behave: (context: ToolContext) => unknown = () => "done";
const contexts: ToolContext[] = [];

const probing = (name: string, timeoutMs: number) =>
  defineTool({
    name,
    version: "7",
    description: "Does what the test says.",
    input: z.object({ count: z.number().default(1) }),
    output: z.union([z.string(), z.object({ count: z.number() })]),
    effect: "read",
    timeoutMs,
    retry: { maxAttempts: 3, initialIntervalMs: 10 },
    execute: ({ count }, context) => {
      contexts.push(context);
      return (behave(context) ?? { count }) as string;
    },
  });
// One that a busy machine does not make time out, and one that always does.
const probe = probing("probe", 30_000);
const hasty = probing("hasty", 200);

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  const services = [probe, hasty].map((tool) =>
    createToolService({ tool, artifacts, inlineLimitBytes: 32 * 1024, logger }),
  );
  await engine.serveEndpoint([...surroundings, ...services]);
});
afterAll(() => engine.stop());
afterEach(() => {
  contexts.length = 0;
  logged.length = 0;
});

const call = (given: unknown = {}, changes = {}) =>
  callTool(engine, requestFor("probe", given, changes));

describe("what execute is given", () => {
  it("gives the validated input and who asks", async () => {
    behave = (context) => context.logger.info({ found: 3 }, "looked it up");
    const request = requestFor("probe", {});
    const response = await callTool(engine, request);
    expect(response).toMatchObject({ v: 1, toolVersion: "7", outcome: "ok" });
    expect(response).toMatchObject({
      result: { text: '{"count":1}' },
      mediaType: "application/json",
    });
    expect(contexts[0]).toMatchObject({
      idempotencyKey: sha256(request.operationId),
      taskId: request.taskId,
      taskUid: "uid",
      agent: "desk",
    });
    const fields = { found: 3, tool: "probe", operationId: request.operationId };
    expect(logged).toMatchObject([{ fields, message: "looked it up" }]);
  });

  it("takes large arguments by reference", async () => {
    behave = () => undefined;
    const text = JSON.stringify({ count: 5 });
    const artifact = await artifacts
      .ofTenant(undefined)
      .put(new TextEncoder().encode(text), "application/json");
    const response = await call({ count: 5 }, { arguments: { artifact } });
    expect(response).toMatchObject({ result: { text: '{"count":5}' } });
  });

  it.each([
    ["fail the schema", { text: '{"count":"many"}' }, "invalid_arguments", /wrong at count: /],
    ["are not JSON", { text: "{" }, "invalid_arguments", /not JSON/],
    ["are other ones", { text: '{"count":2}' }, "arguments_mismatch", /not the ones/],
  ])("does not run with arguments that %s", async (_, stored, code, message) => {
    const argumentsDigest = digestOf(code === "arguments_mismatch" ? {} : { count: "many" });
    const response = await call({}, { arguments: stored, argumentsDigest });
    expect(response).toMatchObject({ outcome: "error", code });
    expect(response).toHaveProperty("message", expect.stringMatching(message));
    expect(contexts).toEqual([]);
  });

  it("refuses a request that is newer than its code, with a code", async () => {
    const answer = await engine.call("caller/call", { ...requestFor("probe", {}), v: 2 });
    expect(answer).toMatchObject({ status: 500, body: { metadata: { code: "state_too_new" } } });
  });
});

describe("what becomes of a failure", () => {
  it("R17 retries an error with the same idempotency key, and tells its text to nobody", async () => {
    behave = () => {
      if (contexts.length < 3) throw new TypeError("hunter2");
      return "third time lucky";
    };
    const response = await call();
    expect(response).toMatchObject({ outcome: "ok", result: { text: "third time lucky" } });
    expect(new Set(contexts.map((context) => context.idempotencyKey)).size).toBe(1);
    expect(contexts).toHaveLength(3);
    expect(logged).toMatchObject([
      { fields: { reason: "TypeError" } },
      { fields: { reason: "TypeError" } },
    ]);
    // Where it was thrown is told, for the author.
    expect(JSON.stringify(logged)).toContain("tool-service.test.ts");
    expect(JSON.stringify([logged, response, engine.log])).not.toContain("hunter2");
  });

  it("gives up after the last attempt, and says what kind of error it was", async () => {
    behave = () => {
      throw new RangeError("hunter2");
    };
    expect(await call()).toMatchObject({
      outcome: "error",
      code: "tool_failed",
      message: "The tool failed in each of 3 attempts; in the last one: RangeError.",
    });
    expect(contexts).toHaveLength(3);
  });

  it("makes a toolFailure the result, at once", async () => {
    behave = () => {
      throw toolFailure("no_such_order", "There is no order 12. Ask for the number.");
    };
    expect(await call()).toMatchObject({
      outcome: "error",
      code: "no_such_order",
      message: "There is no order 12. Ask for the number.",
    });
    expect(contexts).toHaveLength(1);
  });

  it("bounds what a toolFailure says", async () => {
    behave = () => {
      throw toolFailure("c".repeat(1000), "m".repeat(1_000_000));
    };
    const response = await call();
    expect(response).toHaveProperty("code", "c".repeat(64));
    expect(response).toHaveProperty("message", "m".repeat(4096));
  });

  it("ends an attempt that ignores its signal", async () => {
    behave = () => new Promise(() => undefined);
    expect(await callTool(engine, requestFor("hasty", {}))).toMatchObject({
      code: "tool_failed",
      message: "The tool failed in each of 3 attempts; in the last one: it timed out after 200 ms.",
    });
    expect(contexts.map((context) => context.signal.aborted)).toEqual([true, true, true]);
  });

  it("does not retry a result that fails the output schema, and names the path", async () => {
    behave = () => ({ count: "hunter2" });
    const response = await call();
    expect(response).toMatchObject({ outcome: "error", code: "invalid_output" });
    expect(response).toHaveProperty("message", expect.stringContaining("at "));
    expect(contexts).toHaveLength(1);
  });

  it("passes a cancellation on to the tool, and the tool's end to the caller", async () => {
    behave = () => new Promise(() => undefined);
    const invocation = await engine.send("caller/call", requestFor("probe", {}));
    await vi.waitFor(() => expect(contexts).toHaveLength(1), 20_000);
    expect(await engine.admin.cancelInvocation(invocation)).toBe("accepted");
    await vi.waitFor(() => expect(contexts[0]?.signal.aborted).toBe(true), 20_000);
    const attached = await fetch(`${engine.ingressUrl}/restate/attach/${invocation}`);
    expect(attached.status).toBe(409);
    expect(contexts).toHaveLength(1);
  });
});

describe("what Restate is told", () => {
  it("runs once for all that ask with the same operation", async () => {
    behave = () => new Promise((resolve) => setTimeout(resolve, 100, "once"));
    const request = requestFor("probe", {});
    const [first, second] = await Promise.all([
      callTool(engine, request),
      callTool(engine, request),
    ]);
    const third = await callTool(engine, request);
    expect([second, third]).toEqual([first, first]);
    expect(contexts).toHaveLength(1);
  });

  it("wakes a task that has stopped waiting, and no other", async () => {
    behave = () => "done";
    const late = requestFor("probe", {}, { issuedAt: Date.now() - 10_000, wakeAfterMs: 5000 });
    await callTool(engine, late);
    await vi.waitFor(async () => {
      expect(await wakesOf(engine, late.taskId)).toEqual([
        { v: 1, type: "tool-done", operationId: late.operationId },
      ]);
    }, 20_000);
    const prompt = requestFor("probe", {});
    await callTool(engine, prompt);
    expect(await wakesOf(engine, prompt.taskId)).toEqual([]);
  });

  it.each(["execute", "reconcile", "compensate", "propose"])(
    "its %s cannot be called through the ingress",
    async (verb) => {
      const answer = await engine.call(`tools.probe/${verb}`, requestFor("probe", {}));
      expect(answer.status).toBe(400);
      expect(contexts).toEqual([]);
    },
  );

  it("wakes a task that has stopped waiting for what became of an effect", async () => {
    const late = requestFor("probe", {}, { issuedAt: Date.now() - 10_000, wakeAfterMs: 5000 });
    expect(await callVerb(engine, "reconcile", late)).toMatchObject({ outcome: "unknown" });
    await vi.waitFor(async () => {
      expect(await wakesOf(engine, late.taskId)).toMatchObject([{ type: "tool-done" }]);
    }, 20_000);
  });

  it("F11 has room for a tool's timeout, remembers for a week, and never runs out of retries", async () => {
    const about = await (await fetch(`${engine.adminUrl}/services/tools.probe`)).json();
    expect(about).toMatchObject({
      public: false,
      inactivity_timeout: "1m 30s",
      abort_timeout: "1m",
      idempotency_retention: "7d",
      metadata: { version: "7", effect: "read" },
      retry_policy: { max_interval: "5s", max_attempts: Number.MAX_SAFE_INTEGER },
    });
  });
});
