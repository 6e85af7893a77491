// Owns the tests of which attempts of a repeatable call are recorded as actions, and which are
// recorded by the answer alone.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createEndpointHandler } from "@restatedev/restate-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ToolRequest } from "../../contract/tool.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { executeTool } from "../../services/tool-host/execute-tool.ts";
import { createToolService } from "../../services/tool-host/tool-service.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { runnerOf } from "./host-runner.ts";
import { callTool, requestFor, surroundings, wakesOf } from "./tool-caller.ts";

/** Does what it is told, the n-th time it is run. */
function reader(behave: (run: number) => unknown) {
  let runs = 0;
  const tool = defineTool({
    name: "reader",
    description: "Reads.",
    input: z.object({}),
    output: z.unknown(),
    effect: "read",
    retry: { maxAttempts: 3, initialIntervalMs: 10 },
    execute: () => behave((runs += 1)),
  });
  return { tool, runs: () => runs };
}

/** Executes it in an invocation that may end without a record, or may not. */
async function called({ tool }: ReturnType<typeof reader>, mayEnd = true) {
  const { host, steps, names } = runnerOf(tool);
  const unrecorded = { signal: new AbortController().signal, mayEnd: () => mayEnd };
  const answer = await executeTool(host, requestFor("reader", {}), { ...steps, unrecorded });
  return { answer, names };
}

const afterAWhile = () => new Promise((resolve) => setTimeout(resolve, 300, "slow"));
const failingOnce = (run: number) => {
  if (run === 1) throw new RangeError("not yet");
  return "found";
};

describe("a call that may be repeated", () => {
  it("R17 leaves no record but its answer when it answers soon", async () => {
    const read = reader(() => "found");
    const { answer, names } = await called(read);
    expect(answer).toMatchObject({ outcome: "ok", result: { text: "found" } });
    expect([names, read.runs()]).toEqual([[], 1]);
  });

  it.each([
    ["that takes long", afterAWhile, true],
    ["behind whose answer something is sent", () => "found", false],
  ])("R17 is recorded, and not run again for it, one %s", async (_, behave, mayEnd) => {
    const read = reader(behave);
    const { answer, names } = await called(read, mayEnd);
    expect(answer).toMatchObject({ outcome: "ok" });
    expect([names, read.runs()]).toEqual([["execute"], 1]);
  });

  it("R17 has its fault recorded, and so its attempts counted", async () => {
    const read = reader(failingOnce);
    const { answer, names } = await called(read);
    expect(answer).toMatchObject({ outcome: "ok", result: { text: "found" } });
    expect([names, read.runs()]).toEqual([["execute", "pause-before-retry", "execute"], 2]);
  });
});

describe("on the engine, which replays at every wait", () => {
  let behave: (run: number) => unknown = () => "found";
  const read = reader((run) => behave(run));
  let engine: TestEngine;
  const server = createServer();
  beforeAll(async () => {
    engine = await startEngine();
    const artifacts = createMemoryArtifactStore();
    const logger = { info() {}, warn() {}, error() {} };
    const { tool } = read;
    const services = [createToolService({ tool, artifacts, inlineLimitBytes: 1024, logger })];
    // Without a stream in both directions an attempt lasts until its first wait.
    server.on("request", createEndpointHandler({ services, bidirectional: false }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await engine.serveEndpoint(surroundings);
    await engine.admin.registerDeployment(`http://127.0.0.1:${port}`);
  });
  afterAll(async () => {
    await engine.stop();
    server.close();
  });

  /** The kinds of the entries of the last call's journal, without what the caller's holds. */
  const journal = async (): Promise<unknown> => {
    const [last] = await engine.admin.query(
      "SELECT id FROM sys_invocation WHERE target_service_name = 'tools.reader' ORDER BY created_at DESC LIMIT 1",
    );
    const rows = await engine.admin.query(
      `SELECT entry_type FROM sys_journal WHERE id = '${String(last?.["id"])}' ORDER BY index`,
    );
    return rows.map((row) => String(row["entry_type"]).replace("Command: ", ""));
  };
  const call = (changes: Partial<ToolRequest> = {}) =>
    callTool(engine, requestFor("reader", {}, changes));

  it("R17 an answer that comes soon is the journal's only entry", async () => {
    behave = () => "found";
    expect(await call()).toMatchObject({ outcome: "ok", result: { text: "found" } });
    expect(await journal()).toEqual(["Input", "Output"]);
  });

  it("R17 a fault and what follows it survive a replay", async () => {
    const before = read.runs();
    behave = (run) => failingOnce(run - before);
    expect(await call()).toMatchObject({ outcome: "ok", result: { text: "found" } });
    expect(read.runs() - before).toBe(2);
    expect(await journal()).toEqual(expect.arrayContaining(["Run", "Sleep"]));
  });

  it("a late answer is recorded before the task is woken", async () => {
    behave = () => "found";
    const late = { issuedAt: Date.now() - 10_000, wakeAfterMs: 5000, taskId: "late" };
    expect(await call(late)).toMatchObject({ outcome: "ok" });
    const entries = (await journal()) as string[];
    expect(entries.indexOf("Run")).toBeLessThan(entries.indexOf("OneWayCall"));
    expect(entries).toContain("Run");
    expect(await wakesOf(engine, "late")).toMatchObject([{ type: "tool-done" }]);
  });
});
