// Owns the tests of what a tool's service says of the state that a call rests on: its value beside
// its digest when it is proposed, from what to what when it has changed, and no secret in either.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AnyTool, ToolContext } from "../../contract/tool.ts";
import { MAX_PRECONDITION_BYTES } from "../../contract/approval.ts";
import { digestOf } from "../../core/digest.ts";
import { defineTool } from "../../index.ts";
import { proposeCall } from "../../services/tool-host/propose-call.ts";
import { execute, type HostOptions, runnerOf } from "./host-runner.ts";
import { requestFor } from "./tool-caller.ts";

const SECRET = "hunter2-hunter2-hunter2";
const WITH_SECRET: HostOptions = {
  resolveCredential: async () => ({ value: SECRET }),
};

function toolOn(precondition: (context: ToolContext) => unknown, version = "1"): AnyTool {
  return defineTool({
    name: "act",
    version,
    description: "Acts on an order.",
    input: z.object({}),
    output: z.string(),
    effect: "financial",
    credentials: ["bank-api"],
    precondition: (_, context) => precondition(context),
    execute: async (_, { beginEffect }) => {
      await beginEffect();
      return "done";
    },
  });
}

async function propose(tool: AnyTool, options: HostOptions = {}) {
  const { agent, taskId, taskUid } = requestFor("act", {});
  const { host, steps } = runnerOf(tool, options);
  const text = "{}";
  return proposeCall(
    host,
    { v: 1, tool: "act", agent, taskId, taskUid, arguments: { text } },
    steps,
  );
}

describe("R37 R38 the value of a precondition", () => {
  it("travels beside its digest, as canonical JSON", async () => {
    expect(await propose(toolOn(() => ({ state: "open", balance: 5 })))).toMatchObject({
      precondition: digestOf({ balance: 5, state: "open" }),
      preconditionValue: '{"balance":5,"state":"open"}',
    });
  });

  it.each([
    ["ends at the bound", "é".repeat((MAX_PRECONDITION_BYTES - 2) / 2), true],
    ["is a byte too long", `${"é".repeat((MAX_PRECONDITION_BYTES - 2) / 2)}x`, false],
  ])("is told up to its bound in bytes: one that %s", async (_, value, told) => {
    const answer = await propose(toolOn(() => value));
    expect(answer).toHaveProperty("precondition", digestOf(value));
    expect("preconditionValue" in answer).toBe(told);
  });

  it("is not told where a credential is in it (L9, F39)", async () => {
    const tool = toolOn(async ({ credential }) => ({ key: await credential("bank-api") }));
    const answer = await propose(tool, WITH_SECRET);
    expect(answer).toMatchObject({ outcome: "proposed", precondition: digestOf({ key: SECRET }) });
    expect(answer).not.toHaveProperty("preconditionValue");
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  });
});

describe("R37 R38 what has changed, right before the effect", () => {
  const captured = { precondition: digestOf("open"), preconditionValue: '"open"' };

  it("is answered from what to what, and the reason quotes neither", async () => {
    const { answer, logged } = await execute(
      toolOn(() => "shipped"),
      {},
      {},
      captured,
    );
    expect(answer).toMatchObject({
      outcome: "blocked",
      code: "stale",
      changes: [
        {
          what: "precondition",
          captured: digestOf("open"),
          now: digestOf("shipped"),
          capturedValue: '"open"',
          nowValue: '"shipped"',
        },
      ],
    });
    expect((answer as { readonly reason: string }).reason).not.toMatch(/open|shipped/);
    expect(JSON.stringify(logged)).not.toMatch(/shipped/);
  });

  it("of the version names both", async () => {
    const changes = { ...captured, toolVersion: "1" };
    const { answer } = await execute(
      toolOn(() => "open", "2"),
      {},
      {},
      changes,
    );
    expect(answer).toMatchObject({
      code: "stale",
      changes: [{ what: "tool-version", captured: "1", now: "2" }],
    });
  });

  it("has no credential in it (L9, F39)", async () => {
    const tool = toolOn(async ({ credential }) => ({ key: await credential("bank-api") }));
    const { answer, values } = await execute(tool, {}, WITH_SECRET, captured);
    expect(answer).toMatchObject({ outcome: "blocked", code: "stale" });
    expect(JSON.stringify([answer, values])).not.toContain("hunter2");
  });

  it("is nothing where all is as it was", async () => {
    const { answer } = await execute(
      toolOn(() => "open"),
      {},
      {},
      captured,
    );
    expect(answer).toMatchObject({ outcome: "ok" });
  });
});
