// Owns what the outcome of a tool call means to the task, and the end of a task by a tool.
import type { EventBody, EventData } from "../../contract/event.ts";
import { operationId } from "../../contract/ids.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { ToolResponse } from "../../contract/tool.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

/** Attempts of an operation that may be repeated, before its unknown outcome becomes an error. */
const MAX_ATTEMPTS = 3;

/** What came back from a tool's invocation. */
export type ToolOutcome =
  | ToolResponse
  /** A failure without our `metadata.code`, such as Restate's 409: unknown, not an answer (L3). */
  | { readonly outcome: "lost"; readonly reason: string; readonly at: number };

export function onToolOutcome(
  head: TaskHead,
  operation: OpenOperation,
  outcome: ToolOutcome,
  endsTask: boolean,
): readonly EventBody[] {
  if (outcome.outcome === "ok") return [returned(operation, outcome, okData(outcome, endsTask))];
  if (outcome.outcome === "error") return [returned(operation, outcome, errorData(outcome))];
  const { reason } = outcome;
  const unknown = returned(operation, outcome, { outcome: "unknown", reason });
  if (!EFFECT_POLICY[operation.effect].repeatable) return [unknown];
  if (head.cancelling) return [returned(operation, outcome, { outcome: "cancelled" })];
  if (operation.attempt < MAX_ATTEMPTS) return [unknown, nextAttempt(head, operation)];
  const message = `no outcome after ${operation.attempt} attempts: ${reason}`;
  return [returned(operation, outcome, { outcome: "error", code: "outcome_unknown", message })];
}

type ReturnedRest =
  | { outcome: "ok"; result: StoredText; mediaType: string; excerpt?: string; endsTask: boolean }
  | { outcome: "error"; code: string; message: string }
  | { outcome: "unknown"; reason: string }
  | { outcome: "cancelled" };

function returned(operation: OpenOperation, outcome: ToolOutcome, rest: ReturnedRest): EventBody {
  const timing =
    outcome.outcome === "lost"
      ? { startedAt: outcome.at, durationMs: 0, toolVersion: operation.toolVersion }
      : {
          startedAt: outcome.startedAt,
          durationMs: outcome.durationMs,
          toolVersion: outcome.toolVersion,
        };
  const data: EventData["tool.returned"] = { ...positionOf(operation), ...timing, ...rest };
  return { type: "tool.returned", data };
}

function positionOf(operation: OpenOperation) {
  const {
    operationId: id,
    step,
    ordinal,
    callId,
    tool,
    attempt,
    effect,
    argumentsDigest,
  } = operation;
  return { operationId: id, step, ordinal, callId, tool, attempt, effect, argumentsDigest };
}

function okData(
  outcome: Extract<ToolResponse, { outcome: "ok" }>,
  endsTask: boolean,
): ReturnedRest {
  const { result, mediaType, excerpt } = outcome;
  return {
    outcome: "ok",
    result,
    mediaType,
    endsTask,
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

function errorData(outcome: Extract<ToolResponse, { outcome: "error" }>): ReturnedRest {
  return { outcome: "error", code: outcome.code, message: outcome.message };
}

function nextAttempt(head: TaskHead, operation: OpenOperation): EventBody {
  const { toolVersion, answerSeq, step, ordinal } = operation;
  const attempt = operation.attempt + 1;
  const id = operationId({ taskUid: head.taskUid, step, ordinal, attempt });
  return {
    type: "call.repeated",
    reason: "the attempt before has no outcome, and the effect class may be repeated",
    data: { ...positionOf(operation), operationId: id, attempt, toolVersion, answerSeq },
  };
}

/** The end of the task when a tool that declares `endsTask` has succeeded and all have returned. */
export function endByTool(head: TaskHead): readonly EventBody[] {
  const tool = head.turn.endedBy;
  if (tool === undefined) return [];
  return [
    { type: "turn.completed", data: { turn: head.turn.number, step: head.step } },
    { type: "task.completed", data: { by: "ends-task", tool } },
  ];
}
