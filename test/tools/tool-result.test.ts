// Owns the tests of the form in which a result travels, on the real server: in place, as an
// excerpt with a reference, refused, and while the artifact store is down.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { MAX_RESULT_BYTES, RESULT_EXCERPT_BYTES, type ToolResponse } from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createToolService } from "../../services/tool-host/tool-service.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { callTool, requestFor, surroundings } from "./tool-caller.ts";
import { changedArtifacts } from "../support/changed-artifacts.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const memory = createMemoryArtifactStore();
let failures = 0;
let executions = 0;

/** Down for the next `failures` writes. */
const artifacts = changedArtifacts(memory, (own) => ({
  put(bytes, mediaType) {
    if (failures === 0) return own.put(bytes, mediaType);
    failures -= 1;
    return Promise.reject(new Error("the store is down"));
  },
}));

const repeat = defineTool({
  name: "repeat",
  description: "Repeats a text.",
  input: z.object({ text: z.string(), times: z.number() }),
  output: z.string(),
  effect: "read",
  retry: { maxAttempts: 1 },
  execute({ text, times }) {
    executions += 1;
    return text.repeat(times);
  },
});
const answer = defineTool({
  name: "answer",
  description: "Answers with anything.",
  input: z.object({ kind: z.string() }),
  output: z.unknown(),
  effect: "read",
  execute: ({ kind }) => {
    if (kind === "nothing") return undefined;
    return kind === "bigint" ? { count: 1n } : { text: "é".repeat(20_000) };
  },
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  const services = [repeat, answer].map((tool) =>
    createToolService({ tool, artifacts, inlineLimitBytes: 32 * 1024, logger: silent }),
  );
  await engine.serveEndpoint([...surroundings, ...services]);
});
afterAll(() => engine.stop());
afterEach(() => {
  executions = 0;
});

type Ok = Extract<ToolResponse, { outcome: "ok" }>;
const repeated = (text: string, times: number) =>
  callTool(engine, requestFor("repeat", { text, times })) as Promise<Ok>;

describe("F6 a result", () => {
  it("of up to 16 KiB is itself", async () => {
    const response = await repeated("x", RESULT_EXCERPT_BYTES);
    expect(response.result).toEqual({ text: "x".repeat(RESULT_EXCERPT_BYTES) });
    expect(response.mediaType).toBe("text/plain");
    expect(response).not.toHaveProperty("excerpt");
  });

  it("above it has an excerpt of whole characters that says so, and stays in place up to the limit", async () => {
    // Three bytes each, after one: the cut would fall into a character.
    const whole = `x${"€".repeat(8000)}`;
    const response = await repeated(whole, 1);
    expect(response.result).toEqual({ text: whole });
    const excerpt = response.excerpt ?? "";
    expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(RESULT_EXCERPT_BYTES);
    expect(excerpt).toMatch(/^x€{5000,}\n\[This is an excerpt: the first \d+ of 24001 bytes\./);
    expect(excerpt).toContain(sha256(whole));
  });

  it("above the limit goes to the artifact store, and the journal holds its reference", async () => {
    const response = await repeated("y", 3_000_000);
    if (!("artifact" in response.result)) throw new Error("not stored");
    expect(response.result.artifact).toMatchObject({ size: 3_000_000, mediaType: "text/plain" });
    expect((await memory.ofTenant(undefined).get(response.result.artifact)).length).toBe(3_000_000);
    const rows = await engine.admin.query(
      "SELECT max(length(encode(raw, 'hex')) / 2) AS longest FROM sys_journal",
    );
    expect(rows[0]?.["longest"]).toBeLessThan(256 * 1024);
  });

  it.each([
    ["a byte too many", MAX_RESULT_BYTES + 1],
    ["10 MiB", 10 * 1024 * 1024],
    ["33 MiB, which would stop a raw invocation", 33 * 1024 * 1024],
  ])("of %s is refused", async (_, size) => {
    const response = await repeated("z", size);
    expect(response).toMatchObject({ outcome: "error", code: "result_too_large" });
    expect(response).toHaveProperty("message", expect.stringContaining(String(size)));
    expect(executions).toBe(1);
  });

  it("that is not text travels as JSON", async () => {
    const stored = await callTool(engine, requestFor("answer", { kind: "large" }));
    expect(stored).toMatchObject({ mediaType: "application/json", result: { artifact: {} } });
    const nothing = await callTool(engine, requestFor("answer", { kind: "nothing" }));
    expect(nothing).toMatchObject({ mediaType: "application/json", result: { text: "null" } });
    const unusable = await callTool(engine, requestFor("answer", { kind: "bigint" }));
    expect(unusable).toMatchObject({ outcome: "error", code: "invalid_output" });
  });
});

it("R30 F24 a store that is down is waited for, whatever the tool's attempts", async () => {
  failures = 3;
  const response = await repeated("w", 100_000);
  if (!("artifact" in response.result)) throw new Error("not stored");
  expect((await memory.ofTenant(undefined).get(response.result.artifact)).length).toBe(100_000);
  expect(executions).toBe(4);
});
