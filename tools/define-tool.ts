// Owns how an author writes a tool: the types that follow from its schemas, the defaults, and
// every check that can be made before it runs. Imports nothing of Restate (R21).
import { EFFECT_CLASSES, type EffectClass } from "../contract/effect-class.ts";
import { nameProblem } from "../contract/ids.ts";
import type {
  AnySchema,
  JsonSchemaSource,
  ToolContext,
  ToolDefinition,
  ToolRetry,
} from "../contract/tool.ts";

/**
 * What an author writes. The schemas are zod's or of any Standard Schema, and the types follow
 * from them: `execute` is given what `input` makes of the model's arguments, and returns what
 * `output` takes.
 */
export interface ToolSpec<Arguments, Input, Result, Output> {
  /** Letters, digits, `_` and `-`; the model and Restate's console show it. */
  readonly name: string;
  /** "1" by default. Change it with the tool's behaviour; the task log records it. */
  readonly version?: string;
  /** What the tool does and when to use it; the model reads it. */
  readonly description: string;
  /** Of an object. Arguments that do not satisfy it never reach `execute`. */
  readonly input: AnySchema<Arguments, Input>;
  /** A result that does not satisfy it is an error that is not retried. */
  readonly output: AnySchema<Result, Output>;
  /** What the tool may do to the outside world. */
  readonly effect: EffectClass;
  /** A successful call completes the task. False by default. */
  readonly endsTask?: boolean;
  /** Whether a person must approve each call; by default the effect class decides. */
  readonly approval?: "default" | "required" | "never";
  /** Bound of one attempt, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number;
  /** 5 attempts, from 200 ms doubling up to 5,000 ms between them, by default. */
  readonly retry?: Partial<ToolRetry>;
  /** Only for an input schema that cannot describe itself (Standard JSON Schema). */
  readonly inputJsonSchema?: Record<string, unknown>;
  /**
   * Does the work. Throw `toolFailure(code, message)` for what the model can act on; anything
   * else that is thrown is retried, with the same idempotency key.
   */
  execute(input: NoInfer<Input>, context: ToolContext): NoInfer<Result> | Promise<NoInfer<Result>>;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_RETRY: ToolRetry = { maxAttempts: 5, initialIntervalMs: 200, maxIntervalMs: 5000 };
// The longest that a timer of Node can be set to.
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Completes and checks a tool. Throws an Error that names the tool and what to change. */
export function defineTool<Arguments, Input, Result, Output>(
  spec: ToolSpec<Arguments, Input, Result, Output>,
): ToolDefinition<Input, Output> {
  checkName(spec.name);
  const refuse = (problem: string) => new Error(`tool "${spec.name}" ${problem}`);
  const problem = textProblem(spec) ?? effectProblem(spec) ?? behaviourProblem(spec);
  if (problem !== undefined) throw refuse(problem);

  const retry = { ...DEFAULT_RETRY, ...spec.retry };
  const timeoutMs = spec.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timingProblem = timeoutProblem(timeoutMs) ?? retryProblem(retry);
  if (timingProblem !== undefined) throw refuse(timingProblem);

  return Object.freeze({
    kind: "tool",
    name: spec.name,
    version: spec.version ?? "1",
    description: spec.description,
    input: spec.input,
    inputJsonSchema: describeInput(spec, refuse),
    output: spec.output,
    effect: spec.effect,
    endsTask: spec.endsTask ?? false,
    approval: spec.approval ?? "default",
    timeoutMs,
    retry: Object.freeze(retry),
    execute: spec.execute.bind(spec),
  });
}

// JavaScript authors and casts get here with anything, so nothing is taken for granted.
type Unchecked = { readonly [key in keyof ToolSpec<never, never, never, never>]?: unknown };

function checkName(name: unknown): void {
  if (typeof name !== "string") throw new Error('a tool has no name; add name: "..."');
  const problem = nameProblem(name);
  if (problem !== undefined) throw new Error(`tool name ${JSON.stringify(name)} ${problem}`);
}

function textProblem({ description, version }: Unchecked): string | undefined {
  if (typeof description !== "string" || description.trim() === "") {
    return "has no description; say what it does and when to use it, for the model to read";
  }
  if (version !== undefined && (typeof version !== "string" || version === "")) {
    return 'has a version that is not a text; write it like version: "2"';
  }
  return undefined;
}

function effectProblem({ effect, approval }: Unchecked): string | undefined {
  if (!["default", "required", "never", undefined].includes(approval as string | undefined)) {
    return `has approval ${JSON.stringify(approval)}; it must be "default", "required" or "never"`;
  }
  const choice = `one of ${EFFECT_CLASSES.join(", ")}`;
  if (effect === undefined) return `has no effect class; add effect: ${choice}`;
  if ((EFFECT_CLASSES as readonly unknown[]).includes(effect)) return undefined;
  return `has the unknown effect class ${JSON.stringify(effect)}; effect must be ${choice}`;
}

function behaviourProblem({ input, output, execute }: Unchecked): string | undefined {
  if (!isSchema(input)) return "has no input schema; add input: z.object({ ... })";
  if (!isSchema(output)) return "has no output schema; add output, e.g. z.string()";
  if (typeof execute !== "function") return "has no execute function; add execute(input) { ... }";
  return undefined;
}

function isSchema(value: unknown): value is AnySchema {
  // Some libraries' schemas are functions.
  const candidate = typeof value === "object" || typeof value === "function" ? value : null;
  return candidate !== null && "~standard" in candidate;
}

function timeoutProblem(timeoutMs: number): string | undefined {
  if (isWholeUpTo(timeoutMs, MAX_TIMEOUT_MS)) return undefined;
  return `has timeoutMs ${timeoutMs}; it must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`;
}

function retryProblem(retry: ToolRetry): string | undefined {
  for (const key of ["maxAttempts", "initialIntervalMs", "maxIntervalMs"] as const) {
    if (!isWholeUpTo(retry[key], MAX_TIMEOUT_MS)) {
      return `has retry.${key} ${retry[key]}; it must be a whole number from 1 to ${MAX_TIMEOUT_MS}`;
    }
  }
  return undefined;
}

function isWholeUpTo(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
}

interface Describable {
  readonly input: AnySchema;
  readonly inputJsonSchema?: Record<string, unknown>;
}

/** JSON Schema of the input, from the author or from the schema itself. */
function describeInput(
  spec: Describable,
  refuse: (problem: string) => Error,
): Record<string, unknown> {
  const described = spec.inputJsonSchema ?? selfDescription(spec.input, refuse);
  if (described["type"] !== "object") {
    throw refuse("has an input schema that is not an object's; wrap it: z.object({ value: ... })");
  }
  // The model needs no link to the dialect, and would pay for it in every call.
  const { $schema: _, ...jsonSchema } = described;
  return jsonSchema;
}

function selfDescription(
  input: AnySchema,
  refuse: (problem: string) => Error,
): Record<string, unknown> {
  const standard = input["~standard"];
  const fix = "add inputJsonSchema: the JSON Schema (draft 2020-12) of the input";
  if (!("jsonSchema" in standard)) {
    throw refuse(`has an input schema of ${standard.vendor} that cannot describe itself; ${fix}`);
  }
  try {
    return (standard as JsonSchemaSource["~standard"]).jsonSchema.input({
      target: "draft-2020-12",
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(`has an input schema that JSON Schema cannot express (${why}); ${fix}`);
  }
}
