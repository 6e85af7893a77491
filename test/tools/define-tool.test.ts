// Owns the tests of how an author writes a tool: types, defaults, and what is refused.
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { EFFECT_CLASSES } from "../../contract/effect-class.ts";
import type { AnySchema, AnyTool, ToolDefinition } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { pauseAfter } from "../../services/tool-host/retry-pause.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { isNotApplied, notApplied } from "../../tools/not-applied.ts";
import { isToolFailure, toolFailure } from "../../tools/tool-failure.ts";

const good = {
  name: "look_up",
  description: "Looks an order up.",
  input: z.object({ id: z.string() }),
  output: z.string(),
  effect: "read",
  execute: ({ id }: { id: string }) => id,
} as const;

/** What JavaScript can write. */
function define(changes: object): AnyTool {
  return (defineTool as (spec: object) => AnyTool)({ ...good, ...changes });
}

describe("defineTool", () => {
  it("completes what the author leaves out", () => {
    const tool = defineTool(good);
    expect(tool).toMatchObject({
      kind: "tool",
      name: "look_up",
      version: "1",
      effect: "read",
      endsTask: false,
      approval: "default",
      timeoutMs: 60_000,
      retry: { maxAttempts: 5, initialIntervalMs: 200, maxIntervalMs: 5000 },
      idempotency: "none",
      startDeadlineMs: 10_000,
      credentials: [],
      reconcile: undefined,
      compensate: undefined,
      precondition: undefined,
      resource: undefined,
      price: undefined,
    });
    expect(tool.inputJsonSchema).toEqual({
      type: "object",
      properties: { id: { type: "string" } },
      required: ["id"],
    });
    expect(define({ retry: { maxAttempts: 2 } }).retry).toMatchObject({
      maxAttempts: 2,
      initialIntervalMs: 200,
    });
  });

  it("infers the input of execute from what the schema makes, and its result from what it takes", () => {
    const tool = defineTool({
      ...good,
      input: z.object({ count: z.string().transform(Number) }),
      output: z.object({ at: z.number().transform((ms) => new Date(ms)) }),
      execute(input, context) {
        expectTypeOf(input).toEqualTypeOf<{ count: number }>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        return { at: input.count };
      },
    });
    expectTypeOf(tool).toEqualTypeOf<ToolDefinition<{ count: number }, { at: Date }>>();
    // @ts-expect-error The output schema takes a text.
    defineTool({ ...good, execute: () => 12 });
    // @ts-expect-error A tool without an effect class.
    expect(() => defineTool({ ...good, effect: undefined })).toThrow(/no effect class/);
    // Every tool fits into a list of tools.
    const tools: readonly AnyTool[] = [tool, defineTool(good)];
    expect(tools).toHaveLength(2);
  });

  it("takes any Standard Schema, described by itself or by the author", () => {
    const validate = (value: unknown) => ({ value: value as { id: string } });
    const plain: AnySchema<unknown, { id: string }> = {
      "~standard": { version: 1, vendor: "acme", validate },
    };
    expect(() => define({ input: plain })).toThrow(
      'tool "look_up" has an input schema of acme that cannot describe itself; ' +
        "add inputJsonSchema: the JSON Schema (draft 2020-12) of the input",
    );
    const inputJsonSchema = { type: "object", properties: { id: { type: "string" } } };
    expect(define({ input: plain, inputJsonSchema }).inputJsonSchema).toEqual(inputJsonSchema);
  });

  it.each(EFFECT_CLASSES)("R45 R46 takes the effect class %s, with what it needs", (effect) => {
    const compensate = () => ({ outcome: "undone" });
    const needs = EFFECT_POLICY[effect].compensation ? { compensate } : {};
    expect(define({ effect, ...needs }).effect).toBe(effect);
  });

  it("infers what goes with an effect from the schemas", () => {
    const effect = {
      ...good,
      effect: "reversible",
      idempotency: "honoured",
      credentials: ["shop-api"],
      output: z.object({ at: z.number().transform((ms) => new Date(ms)) }),
      execute: () => ({ at: 1 }),
    } as const;
    const tool = defineTool({
      ...effect,
      reconcile: () => ({ outcome: "applied", result: { at: 1 } }),
      compensate: (input, result) => {
        expectTypeOf(input).toEqualTypeOf<{ id: string }>();
        expectTypeOf(result).toEqualTypeOf<{ at: Date }>();
        return { outcome: "undone" };
      },
      resource: ({ id }) => `order/${id}`,
      price: () => 5,
    });
    expect(tool).toMatchObject({ idempotency: "honoured", credentials: ["shop-api"] });
    expect(tool.resource?.({ id: "17" })).toBe("order/17");
    defineTool({
      ...effect,
      compensate: () => ({ outcome: "undone" }),
      // @ts-expect-error What was found is what execute returns.
      reconcile: () => ({ outcome: "applied", result: "x" }),
    });
    // A tool can be made out of another one.
    expect(defineTool({ ...tool, name: "copy" }).name).toBe("copy");
  });

  it.each([
    [
      "R17 R45 no effect class",
      { effect: undefined },
      /"look_up" has no effect class; add effect: one of read, reversible, irreversible, financial, communication, code, administrative$/,
    ],
    [
      "R45 an unknown one",
      { effect: "harmless" },
      /has the unknown effect class "harmless"; effect must be one of read/,
    ],
    ["no name", { name: undefined }, /^a tool has no name/],
    [
      "a name that Restate refuses",
      { name: "look up" },
      /^tool name "look up" must start with a letter/,
    ],
    ["a name of the runtime's", { name: "restate" }, /"restate" is reserved/],
    ["no description", { description: " " }, /"look_up" has no description/],
    ["a version that is not a text", { version: 2 }, /has a version that is not a text/],
    ["no input schema", { input: undefined }, /has no input schema; add input: z.object/],
    ["an output that is not a schema", { output: "string" }, /has no output schema/],
    ["an input that is not an object", { input: z.string() }, /not an object's; wrap it: z.object/],
    [
      "an input beyond JSON Schema",
      { input: z.object({ at: z.date() }) },
      /JSON Schema cannot express \(.*\); add inputJsonSchema/,
    ],
    ["no execute", { execute: undefined }, /has no execute function/],
    ["an unknown approval", { approval: "maybe" }, /has approval "maybe"; it must be "default"/],
    [
      "a timeout of nothing",
      { timeoutMs: 0 },
      /has timeoutMs 0; it must be a whole number of milliseconds/,
    ],
    ["a timeout beyond timers", { timeoutMs: 2 ** 31 }, /has timeoutMs 2147483648/],
    ["no attempt", { retry: { maxAttempts: 0 } }, /has retry.maxAttempts 0/],
    ["a deadline of nothing", { startDeadlineMs: 0 }, /has startDeadlineMs 0; it must be a whole/],
    [
      "R46 a reversible tool that cannot be undone",
      { effect: "reversible" },
      /is "reversible" and has no compensate; reversible writes declare one: add compensate\(/,
    ],
    [
      "R45 a read that can be undone",
      { compensate: () => ({ outcome: "undone" }) },
      /is "read", which has no effect, and declares compensate; remove it, or state the class/,
    ],
    [
      "R45 a read that can be looked up",
      { reconcile: () => ({ outcome: "not-applied" }) },
      /is "read", which has no effect, and declares reconcile/,
    ],
    [
      "R45 a read whose key is honoured",
      { idempotency: "honoured" },
      /declares idempotency "honoured"/,
    ],
    [
      "an unknown idempotency",
      { effect: "financial", idempotency: "maybe" },
      /has idempotency "maybe"; it must be "honoured" or "none"/,
    ],
    ["a reconcile that is no function", { effect: "code", reconcile: {} }, /has a reconcile that/],
    ["a resource that is no function", { resource: "order" }, /write resource\(input\) \{/],
    ["credentials that are no list", { credentials: "shop" }, /credentials: \["shop-api"\]/],
    ["a credential that is no text", { credentials: [7] }, /a credential at 0 that is not a text/],
    ["a credential without a name", { credentials: [""] }, /credential "" that must start with/],
    ["a credential twice", { credentials: ["a", "a"] }, /names the credential "a" twice/],
    ["a broken interval", { retry: { maxIntervalMs: Number.NaN } }, /has retry.maxIntervalMs NaN/],
  ])("refuses %s", (_, changes, message) => {
    expect(() => define(changes)).toThrow(message);
  });
});

it("a toolFailure is told from any other error", () => {
  const failure = toolFailure("no_such_order", "Ask for the number.");
  expect(failure).toBeInstanceOf(Error);
  expect(failure).toMatchObject({ code: "no_such_order", message: "Ask for the number." });
  expect(isToolFailure(failure)).toBe(true);
  const lookalike = Object.assign(new Error("x"), { name: "ToolFailure", code: "x" });
  expect([lookalike, failure.message, undefined].some(isToolFailure)).toBe(false);
});

it("what was not applied is told from any other error", () => {
  const nothing = notApplied("come again");
  expect(nothing).toMatchObject({ name: "NotApplied", message: "come again" });
  expect(isNotApplied(nothing)).toBe(true);
  const others = [toolFailure("x", "y"), Object.assign(new Error("x"), { name: "NotApplied" })];
  expect(others.some(isNotApplied)).toBe(false);
});

it("pauses between attempts double up to the longest", () => {
  const retry = { maxAttempts: 9, initialIntervalMs: 200, maxIntervalMs: 1000 };
  expect([1, 2, 3, 4, 5].map((attempt) => pauseAfter(attempt, retry))).toEqual([
    200, 400, 800, 1000, 1000,
  ]);
});
