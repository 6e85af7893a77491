// Owns what the outcome of a tool call means to the task, and the end of a task by a tool.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Answered, EventBody } from "../../contract/event.ts";
import type { AnyTool, ToolResponse } from "../../contract/tool.ts";
import { mayActUntil } from "../doubt.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { askTool } from "./approval.ts";
import { leaveChildren } from "./leave-child.ts";
import { onBlocked } from "./blocked.ts";
import { attemptOf, nextAttempt, unapprovedAttempt } from "./next-attempt.ts";
import { okData, returned } from "./returned.ts";
import { holdBack } from "./hold-back.ts";
import { openToolsWait } from "./open-wait.ts";

/** Attempts of an operation that may be repeated, before its unknown outcome becomes an error. */
const MAX_ATTEMPTS = 3;

/** A failure without our `metadata.code`, such as Restate's 409: unknown, not an answer (L3). */
export interface Lost {
  readonly outcome: "lost";
  readonly reason: string;
  readonly at: number;
}

/** What came back from a tool's invocation. */
export type ToolOutcome = ToolResponse | Lost;

export function onToolOutcome(
  head: TaskHead,
  operation: OpenOperation,
  outcome: ToolOutcome,
  tool: AnyTool | undefined,
): readonly EventBody[] {
  switch (outcome.outcome) {
    case "ok":
      return [returned(operation, outcome, okData(head, operation, outcome, tool))];
    case "error": {
      const { code, message } = outcome;
      return [returned(operation, outcome, { outcome: "error", code, message })];
    }
    case "waiting":
      // Nobody would wait for what follows; the call itself was made.
      return head.cancelling
        ? [returned(operation, outcome, okData(head, operation, NOT_AWAITED, tool))]
        : [openToolsWait(head, operation, outcome.wait, outcome)];
    case "blocked":
      return onBlocked(head, operation, outcome);
    case "unknown":
    case "lost":
      return EFFECT_POLICY[operation.effect].repeatable
        ? onRepeatable(head, operation, outcome)
        : [onUnknown(operation, outcome, tool)];
  }
}

const NOT_AWAITED = {
  result: {
    text: JSON.stringify("The call was made. The task ends, so what follows is not awaited."),
  },
  mediaType: "application/json",
} as const;

type Unknown = Extract<ToolOutcome, { outcome: "unknown" | "lost" }>;

/** What happens next is decided when it is known whether it took effect (L7). */
function onUnknown(
  operation: OpenOperation,
  outcome: Unknown,
  tool: AnyTool | undefined,
): EventBody {
  const { reason } = outcome;
  const notBefore = outcome.outcome === "lost" ? mayActUntil(tool, outcome.at) : outcome.notBefore;
  const until = notBefore === undefined ? {} : { notBefore };
  return returned(operation, answered(operation, outcome), {
    outcome: "unknown",
    reason,
    ...until,
  });
}

function onRepeatable(
  head: TaskHead,
  operation: OpenOperation,
  outcome: Unknown,
): readonly EventBody[] {
  const { reason } = outcome;
  const at = answered(operation, outcome);
  if (head.cancelling) return [returned(operation, at, { outcome: "cancelled" })];
  if (head.turn.interrupted === true)
    return [returned(operation, at, { outcome: "cancelled", interrupted: true })];
  const unknown = returned(operation, at, { outcome: "unknown", reason });
  if (operation.attempt >= MAX_ATTEMPTS) {
    const message = `no outcome after ${operation.attempt} attempts: ${reason}`;
    return [returned(operation, at, { outcome: "error", code: "outcome_unknown", message })];
  }
  const why = "the attempt before has no outcome, and the effect class may be repeated";
  if (operation.approval === undefined) return [unknown, nextAttempt(head, operation, why)];
  // It may have been executed, and an approval allows one execution (R96).
  const again = unapprovedAttempt(head, operation, why);
  return [unknown, again, askTool(attemptOf(operation, again))];
}

function answered(operation: OpenOperation, outcome: Unknown): Answered {
  if (outcome.outcome === "unknown") return outcome;
  return { toolVersion: operation.toolVersion, startedAt: outcome.at, durationMs: 0 };
}

/** The end of the task when a tool that declares `endsTask` has succeeded and all have returned. */
export function endByTool(head: TaskHead, agent: AgentDefinition): readonly EventBody[] {
  const { endedBy: tool, endedSeq: answerSeq } = head.turn;
  if (tool === undefined) return [];
  const { step, updatedAt: at } = head;
  // Older code, which has reviewed nothing, did not note the position.
  const held =
    answerSeq === undefined ? undefined : holdBack(head, agent, { step, answerSeq, tool, at });
  if (held !== undefined) return [held];
  return [
    ...leaveChildren(head, "retire"),
    { type: "turn.completed", data: { turn: head.turn.number, step: head.step } },
    { type: "task.completed", data: { by: "ends-task", tool } },
  ];
}
