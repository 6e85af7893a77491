// Owns how an author's tool becomes complete: its defaults, and every check that can be made
// before it runs. Imports nothing of Restate (R21).
import type { ToolDefinition, ToolRetry } from "../contract/tool.ts";
import { effectProblem } from "./define/check-effect.ts";
import { behaviourProblem, checkName, textProblem } from "./define/check-text.ts";
import { timesProblem } from "./define/check-times.ts";
import { describeInput } from "./define/describe-input.ts";
import type { ToolSpec } from "./define/tool-spec.ts";

export type { ToolSpec } from "./define/tool-spec.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_START_DEADLINE_MS = 10_000;
const DEFAULT_RETRY: ToolRetry = { maxAttempts: 5, initialIntervalMs: 200, maxIntervalMs: 5000 };

/** Completes and checks a tool. Throws an Error that names the tool and what to change. */
export function defineTool<Arguments, Input, Result, Output>(
  spec: ToolSpec<Arguments, Input, Result, Output>,
): ToolDefinition<Input, Output> {
  checkName(spec.name);
  const refuse = (problem: string) => new Error(`tool "${spec.name}" ${problem}`);
  const times = {
    timeoutMs: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    startDeadlineMs: spec.startDeadlineMs ?? DEFAULT_START_DEADLINE_MS,
    retry: Object.freeze({ ...DEFAULT_RETRY, ...spec.retry }),
  };
  const problem =
    textProblem(spec) ?? effectProblem(spec) ?? behaviourProblem(spec) ?? timesProblem(times);
  if (problem !== undefined) throw refuse(problem);

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
    ...times,
    idempotency: spec.idempotency ?? "none",
    credentials: Object.freeze([...(spec.credentials ?? [])]),
    wait: undefined,
    // Authors may write methods that use `this`.
    execute: spec.execute.bind(spec),
    reconcile: spec.reconcile?.bind(spec),
    compensate: spec.compensate?.bind(spec),
    precondition: spec.precondition?.bind(spec),
    resource: spec.resource?.bind(spec),
    price: spec.price?.bind(spec),
  });
}
