// Owns the tests of the last look before an effect: who is asked and when, what a refusal becomes
// whatever the tool makes of it, and that what was captured must be so still.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { EffectClass } from "../../contract/effect-class.ts";
import { EFFECT_CLASSES } from "../../contract/effect-class.ts";
import type { CheckAuthority } from "../../contract/effect-port.ts";
import type { AnyTool, BlockCode, ToolContext } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { executeTool } from "../../services/tool-host/execute-tool.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { notApplied } from "../../tools/not-applied.ts";
import { toolFailure } from "../../tools/tool-failure.ts";
import { execute, runnerOf } from "./host-runner.ts";
import { requestFor } from "./tool-caller.ts";

interface Acting {
  readonly effect?: EffectClass;
  readonly idempotency?: "honoured" | "none";
  readonly precondition?: (input: unknown, context: ToolContext) => unknown;
}

/** A tool that does this, in two attempts at most. */
function acting(does: (context: ToolContext) => unknown, spec: Acting = {}): AnyTool {
  const compensate =
    spec.effect === "reversible" ? () => ({ outcome: "undone" as const }) : undefined;
  return defineTool({
    name: "act",
    version: "3",
    description: "Does what the test says.",
    input: z.object({}),
    output: z.string(),
    effect: "financial",
    startDeadlineMs: 1000,
    timeoutMs: 5000,
    retry: { maxAttempts: 2 },
    execute: async (_, context) => String(await does(context)),
    compensate,
    ...spec,
  });
}

/** Answers each question in turn; undefined allows, as does everything after the last. */
function answering(...answers: readonly (BlockCode | Error | undefined)[]) {
  const asked: string[] = [];
  const checkAuthority: CheckAuthority = async ({ operationId }, { name }, { verb }) => {
    const answer = answers[asked.length];
    asked.push(`${verb} ${name} ${operationId}`);
    if (answer instanceof Error) throw answer;
    if (answer === undefined) return undefined;
    return { outcome: "blocked", code: answer, reason: `because of ${answer}` };
  };
  return { asked, checkAuthority };
}

const begins = async ({ beginEffect }: ToolContext): Promise<string> => {
  await beginEffect();
  return "done";
};

describe("L8 authority", () => {
  it.each(EFFECT_CLASSES)(
    "is asked before a call of class %s, and again at its effect as the table says",
    async (effect) => {
      const authority = answering();
      const { answer, request } = await execute(acting(begins, { effect }), {}, authority);
      expect(answer).toMatchObject({ outcome: "ok" });
      const asked = `execute act ${request.operationId}`;
      const again = EFFECT_POLICY[effect].freshAuthority ? [asked] : [];
      expect(authority.asked).toEqual([asked, ...again]);
    },
  );

  it("is told of the arguments as they were recorded, and of what the tool makes of them", async () => {
    const questions: unknown[] = [];
    const checkAuthority: CheckAuthority = async (_, __, question) => {
      questions.push(question);
      return undefined;
    };
    const input = z.object({ cents: z.string().transform(Number) });
    await execute({ ...acting(() => "done"), input }, { cents: "5" }, { checkAuthority });
    expect(questions).toMatchObject([{ arguments: { cents: "5" }, input: { cents: 5 } }]);
  });

  it("that says no to a read keeps it from being made", async () => {
    let calls = 0;
    const read = acting(() => (calls += 1), { effect: "read" });
    const { answer } = await execute(read, {}, answering("denied"));
    expect(answer).toMatchObject({ outcome: "blocked", code: "denied" });
    expect(calls).toBe(0);
  });

  it("is asked before the tool's code, and again as the last thing before the request", async () => {
    const authority = answering();
    const order: number[] = [];
    const tool = acting(async ({ beginEffect }) => {
      order.push(authority.asked.length);
      await beginEffect();
      order.push(authority.asked.length);
      return "done";
    });
    await execute(tool, {}, authority);
    expect(order).toEqual([1, 2]);
  });

  it("that says no keeps the tool's code from being reached", async () => {
    let calls = 0;
    const tool = acting(() => (calls += 1));
    const { answer } = await execute(tool, {}, answering("stopped"));
    expect(answer).toMatchObject({
      outcome: "blocked",
      code: "stopped",
      reason: "because of stopped",
    });
    expect(calls).toBe(0);
  });

  const wraps = (wrapped: Error) => async (context: ToolContext) => {
    try {
      return await begins(context);
    } catch {
      throw wrapped;
    }
  };
  it.each([
    ["lets it through", begins],
    ["wraps it", wraps(new Error("could not pay"))],
    ["calls it a failure", wraps(toolFailure("failed", "Try something else."))],
    ["calls it not applied", wraps(notApplied("no"))],
  ])("that says no at the request is blocked, also when the tool %s", async (_, does) => {
    const { answer } = await execute(acting(does), {}, answering(undefined, "cancelled"));
    expect(answer).toMatchObject({ outcome: "blocked", code: "cancelled" });
  });

  it("L7 that says no is not blocked when the tool swallows it, for it may have acted", async () => {
    const tool = acting(async (context) => {
      await begins(context).catch(() => undefined);
      return "paid all the same";
    });
    const { answer } = await execute(tool, {}, answering(undefined, "stopped"));
    expect(answer).toMatchObject({
      outcome: "unknown",
      reason: "it returned although its effect was refused (stopped)",
    });
  });

  it("L7 that says no to the second of two effects does not say that nothing was done", async () => {
    const twice = async (context: ToolContext): Promise<string> => {
      await begins(context);
      return begins(context);
    };
    const { answer } = await execute(acting(twice), {}, answering(undefined, undefined, "stopped"));
    expect(answer).toMatchObject({ outcome: "unknown", reason: "EffectRefused" });
  });

  it("F24 L12 that cannot be asked is an outage, which uses up no attempts", async () => {
    const out = Array.from({ length: 20 }, () => new Error("hunter2"));
    const authority = answering(...out);
    let calls = 0;
    const tool = acting(() => {
      calls += 1;
      return "done";
    });
    const { answer, names, values } = await execute(tool, {}, authority);
    expect(answer).toMatchObject({ outcome: "ok" });
    expect(calls).toBe(1);
    // The wait is the engine's: nothing is journaled for each time that it is asked in vain.
    expect(names).toEqual(["intent", "execute", "pause-before-retry", "intent", "execute"]);
    expect(JSON.stringify(values)).not.toContain("hunter2");
  });
});

describe("the deadline", () => {
  it("passed before the request means that nothing was done, and another attempt is made", async () => {
    let calls = 0;
    let passes: (ms: number) => void = () => undefined;
    const tool = acting(async (context) => {
      calls += 1;
      if (calls === 1) passes(1001);
      return begins(context);
    });
    const { host, steps, clock } = runnerOf(tool);
    passes = clock.pass;
    const answer = await executeTool(host, requestFor("act", {}), steps);
    expect(answer).toMatchObject({ outcome: "ok" });
    expect(calls).toBe(2);
  });
});

describe("context.fetch", () => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    // What hangs is ended by the caller.
    if (request.url !== "/hang") response.end("paid");
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("makes the request once authority has allowed it", async () => {
    const tool = acting(async ({ fetch }) => (await fetch(`${url}/pay`)).text());
    expect((await execute(tool)).answer).toMatchObject({ result: { text: "paid" } });
    expect(paths).toEqual(["/pay"]);
    const { answer } = await execute(tool, {}, answering(undefined, "stopped"));
    expect(answer).toMatchObject({ outcome: "blocked", code: "stopped" });
    expect(paths).toEqual(["/pay"]);
  });

  it("is ended by the tool's timeout, and by the tool's own signal", async () => {
    const hangs = defineTool({
      ...acting(({ fetch }) => fetch(`${url}/hang`)),
      timeoutMs: 50,
    });
    const { answer } = await execute(hangs);
    expect(answer).toMatchObject({ outcome: "unknown", reason: "it timed out after 50 ms" });
    const own = new AbortController();
    const impatient = acting(async ({ fetch }) => {
      const hanging = fetch(new Request(`${url}/hang`, { signal: own.signal }));
      own.abort();
      return hanging.catch((error: unknown) => (error as Error).name);
    });
    expect((await execute(impatient)).answer).toMatchObject({ result: { text: "AbortError" } });
  });
});

describe("R38 what a call rests on", () => {
  const etag = (value: string) => ({ precondition: () => ({ etag: value }) });

  it("is looked at right before the effect, and lets it happen when it is so still", async () => {
    const captured = { toolVersion: "3", precondition: digestOf({ etag: "a" }) };
    const { answer } = await execute(
      acting(() => "done", etag("a")),
      {},
      {},
      captured,
    );
    expect(answer).toMatchObject({ outcome: "ok" });
  });

  it.each([
    ["the outside state", etag("b"), {}, "what the call rests on (precondition) has changed"],
    ["the tool's version", etag("a"), { toolVersion: "2" }, "tool version 2 was approved, 3 is"],
    ["what the tool says of it", {}, {}, "the tool does not say any more what the call rests on"],
  ])("R96 makes it stale when %s has changed", async (_, spec, changes, reason) => {
    let calls = 0;
    const captured = { precondition: digestOf({ etag: "a" }), ...changes };
    const tool = acting(() => (calls += 1), spec);
    const { answer } = await execute(tool, {}, {}, captured);
    expect(answer).toMatchObject({
      outcome: "blocked",
      code: "stale",
      reason: expect.stringContaining(reason),
    });
    expect(calls).toBe(0);
  });

  it("holds for a read that somebody approved, too", async () => {
    const read = acting(() => "secret", { effect: "read" });
    const { answer } = await execute(read, {}, {}, { toolVersion: "2" });
    expect(answer).toMatchObject({ outcome: "blocked", code: "stale" });
  });
});
