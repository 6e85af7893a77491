// Owns the spans of tool calls: one per run of an author's code, under the step that asked for it. What
// the code itself traces, or fetches with an instrumented client, is under that span.
import { type Attributes, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { AttemptEnd, ObserveAttempt, ObservedAttempt } from "../contract/attempt-observer.ts";
import { stepOf } from "../core/step-of.ts";
import { jsonText } from "./content.ts";
import { NAMES, OPERATIONS } from "./conventions.ts";
import { endWith } from "./end-span.ts";
import type { SpanSource } from "./tracing.ts";
import { linkBoth } from "./links.ts";
import { stepSpan } from "./span-ids.ts";

const VERBS = {
  execute: OPERATIONS.TOOL,
  reconcile: "reconcile_tool",
  compensate: "compensate_tool",
} as const;

export function traceAttempts({ tracer, content }: SpanSource): ObserveAttempt {
  return (attempt, run) => {
    const { origin, operationId, verb, tool } = attempt;
    const step = stepOf(origin.taskUid, operationId);
    if (step === undefined) return run();
    const active = trace.getActiveSpan();
    const parent = trace.setSpanContext(context.active(), stepSpan(origin.taskUid, step));
    const operation = VERBS[verb];
    const attributes = {
      [NAMES.OPERATION]: operation,
      [NAMES.STEP]: step,
      ...attributesOf(attempt),
    };
    const span = tracer.startSpan(`${operation} ${tool.name}`, { attributes }, parent);
    linkBoth(span, active);
    if (content) span.setAttribute(NAMES.TOOL_ARGUMENTS, jsonText(attempt.input) ?? "");
    return endWith(span, run, (end) => describeEnd(span, end, content));
  };
}

function attributesOf({ origin, operationId, tool }: ObservedAttempt): Attributes {
  return {
    [NAMES.TOOL]: tool.name,
    [NAMES.TOOL_TYPE]: "function",
    [NAMES.TOOL_CALL]: operationId,
    [NAMES.TOOL_VERSION]: tool.version,
    [NAMES.EFFECT]: tool.effect,
    [NAMES.OPERATION_ID]: operationId,
    [NAMES.AGENT]: origin.agent,
    [NAMES.TASK]: origin.taskId,
    [NAMES.CONVERSATION]: origin.taskUid,
  };
}

function describeEnd(span: Span, end: AttemptEnd, content: boolean): void {
  span.setAttribute(NAMES.ATTEMPT_OUTCOME, end.did);
  if (end.did === "returned") {
    if (content) span.setAttribute(NAMES.TOOL_RESULT, jsonText(end.value) ?? "");
    return;
  }
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute(NAMES.ERROR_TYPE, end.code ?? end.blocked?.code ?? end.did);
}
