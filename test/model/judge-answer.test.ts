// Owns the judgement of what a model asks for: it is data for the model, whatever it wrote.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { RawCall } from "../../contract/model.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import { sharedOrdinal } from "../../core/shared-call.ts";
import { judgeCalls, judgeOutput } from "../../services/model/judge-answer.ts";
import { defineTool } from "../../tools/define-tool.ts";

const weather = defineTool({
  name: "weather",
  description: "Tells the weather.",
  input: z.strictObject({ city: z.string(), days: z.array(z.object({ n: z.int() })).optional() }),
  output: z.string(),
  effect: "read",
  execute: () => "sunny",
});
const now = defineTool({
  name: "now",
  description: "Tells the time.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "read",
  execute: () => "noon",
});
const tools = [weather, now] as unknown as readonly AnyTool[];

const call = (args: string, callId = "a", name = "weather"): RawCall => ({
  callId,
  name,
  arguments: args,
});
const CONTEXT = { now: 0, maxWaitMs: 1_000 };
const BONN = '{"city":"Bonn"}';
const good = (args: unknown) => ({
  ok: true,
  digest: digestOf(args),
  toolVersion: "1",
  effect: "read",
});
const judge = (calls: readonly RawCall[], maxCalls = 64) =>
  judgeCalls(calls, tools, maxCalls, () => ({}), CONTEXT);

describe("a call that can be made", () => {
  it("has the digest of its arguments, however they are written", async () => {
    const judged = await judge([call(' { "city" : "B\\u006fnn" } ')]);
    expect(judged).toEqual([
      {
        ...call(' { "city" : "B\\u006fnn" } '),
        check: good({ city: "Bonn" }),
      },
    ]);
  });

  it("may leave the arguments of a tool without any empty", async () => {
    const [judged] = await judge([call(" ", "a", "now")]);
    expect(judged?.check).toEqual(good({}));
  });
});

describe("a call that cannot be made", () => {
  it("F4 is told which tools there are", async () => {
    const [judged] = await judge([call(BONN, "a", "wheather")]);
    expect(judged?.check).toEqual({
      ok: false,
      code: "unknown_tool",
      message: 'There is no tool "wheather". The tools are: weather, now.',
    });
  });

  it("F3 is told that its arguments are no JSON", async () => {
    const [judged] = await judge([call('{"city":"Bo')]);
    expect(judged?.check).toMatchObject({ ok: false, code: "invalid_json" });
    expect(judged?.check).toHaveProperty("message", expect.stringContaining("not valid JSON"));
  });

  it("F3 is told where its arguments do not fit, and how", async () => {
    const [judged] = await judge([call('{"city":3,"days":[{"n":1},{"n":"x"}]}')]);
    expect(judged?.check).toEqual({
      ok: false,
      code: "invalid_arguments",
      message: expect.stringMatching(/^city: .+; days\[1\]\.n: .+$/),
    });
  });

  it("F3 is told when the author's own check cannot take its arguments", async () => {
    const picky = defineTool({
      name: "picky",
      description: "Fails.",
      input: z.looseObject({}).refine(() => {
        throw new Error("a bug of the author's");
      }),
      output: z.string(),
      effect: "read",
      execute: () => "x",
    });
    const judged = await judgeCalls([call("{}", "a", "picky")], [picky], 1, () => ({}), CONTEXT);
    expect(judged[0]?.check).toMatchObject({ ok: false, code: "invalid_arguments" });
  });

  it("is one too many, and is told to be asked again", async () => {
    const judged = await judge([call(BONN, "a"), call(BONN, "b"), call(BONN, "c")], 2);
    expect(judged.map(({ check }) => (check.ok ? "ok" : check.code))).toEqual([
      "ok",
      "ok",
      "too_many_calls",
    ]);
  });
});

describe("F5 a call id that is repeated within one answer", () => {
  it("with the same arguments is the same call, and shares its operation", async () => {
    const judged = await judge([call(BONN), call(' {"city": "Bonn"}'), call(BONN)]);
    expect(judged.map(({ callId }) => callId)).toEqual(["a", "a~2", "a~3"]);
    expect(new Set(judged.map(({ check }) => check.ok && check.digest)).size).toBe(1);
    const answered = judged.map((each) => ({ ...each, arguments: { text: each.arguments } }));
    expect(answered.map((_, ordinal) => sharedOrdinal(answered, ordinal))).toEqual([0, 0, 0]);
  });

  it("with other arguments, or for another tool, is refused; the first binds", async () => {
    const judged = await judge([call(BONN), call('{"city":"Ulm"}'), call("{}", "a", "now")]);
    expect(judged.map(({ callId, check }) => [callId, check.ok ? "ok" : check.code])).toEqual([
      ["a", "ok"],
      ["a~2", "duplicate_call_id"],
      ["a~3", "duplicate_call_id"],
    ]);
  });

  it("binds the first even when that one cannot be made", async () => {
    const judged = await judge([call("{"), call(BONN), call("{")]);
    expect(judged.map(({ check }) => check.ok || check.code)).toEqual([
      "invalid_json",
      "duplicate_call_id",
      "invalid_json",
    ]);
  });

  it("is never renamed to an id that the model uses itself", async () => {
    const judged = await judge([call(BONN, "a"), call(BONN, "a~2"), call(BONN, "a")]);
    expect(judged.map(({ callId }) => callId)).toEqual(["a", "a~2", "a~3"]);
  });
});

describe("a final answer", () => {
  const schema = z.object({ total: z.number() });

  it("is judged by the agent's output schema", async () => {
    expect(await judgeOutput('{"total":3}', schema)).toEqual({ ok: true });
    expect(await judgeOutput('{"total":"3"}', schema)).toMatchObject({
      ok: false,
      message: expect.stringContaining("total: "),
    });
    expect(await judgeOutput("Here you are: 3", schema)).toMatchObject({
      ok: false,
      message: expect.stringContaining("JSON"),
    });
  });
});

describe("F3 any answer at all", () => {
  // Whatever is written into the log is hashed, so it must have a canonical form.
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 3_000 }),
    fc.json(),
    fc.constantFrom(
      '{"city":"\\ud800"}',
      '{"\\ud800":1}',
      '{"city":1e999}',
      `{"${"x".repeat(9_000)}":1}`,
    ),
  );
  const anyCall = fc.record({
    callId: fc.constantFrom("", "a", "a~2", "b"),
    name: fc.constantFrom("weather", "now", "other", "constructor", ""),
    arguments: anyText.map((text) => text.toWellFormed()),
  });

  it("is judged with one check per call, unique ids, and messages of bounded length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCall, { maxLength: 6 }), async (calls) => {
        const judged = await judge(calls, 4);
        expect(judged).toHaveLength(calls.length);
        expect(new Set(judged.map(({ callId }) => callId)).size).toBe(calls.length);
        expect(() => digestOf(judged)).not.toThrow();
        const lengths = judged.map(({ check }) => (check.ok ? 0 : check.message.length));
        expect(Math.max(0, ...lengths)).toBeLessThan(3_000);
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        expect(() => digestOf(text.toWellFormed())).not.toThrow();
        expect(await judgeOutput(text, z.object({ total: z.number() }))).toBeDefined();
      }),
    );
  });
});
