// Owns the undoing of a task's effects, last first and each once (R46): by a rollback, after
// which the task goes on, or before a cancelled task ends.
import type {
  CallPosition,
  CompensationReport,
  EventBody,
  EventData,
} from "../../contract/event.ts";
import type { CompensateResponse } from "../../contract/tool.ts";
import { evidenceIn } from "../call-evidence.ts";
import { verbProblem } from "../control/verbs.ts";
import type { TaskHead } from "../task-head.ts";
import { withdrawals } from "./approval.ts";
import { retryTime } from "./blocked.ts";
import { withdrawReview } from "./withdraw-review.ts";
import type { Lost } from "./tool-outcome.ts";
import type { Refusal } from "./refusal.ts";
import { operator } from "./unknown-effect.ts";
import { onWithdrawWaits } from "./withdraw-waits.ts";

/** What came back from an invocation of `compensate`. */
export type CompensateOutcome = CompensateResponse | Lost;

/** What the state keeps of an effect that can be undone, in a row of its own. */
export interface EffectRow extends Pick<CallPosition, "operationId" | "tool"> {
  readonly toolVersion: string;
  /** Positions of the answer that asked for the call, and of its return. */
  readonly answerSeq: number;
  readonly returnedSeq: number;
}

/** The row that an event makes, with its number. */
export function effectRow(event: {
  readonly seq: number;
  readonly data: EventData["tool.returned"];
}): { readonly n: number; readonly row: EffectRow } | undefined {
  const { data, seq } = event;
  if (data.outcome !== "ok" || data.compensable === undefined) return undefined;
  const { operationId, tool, toolVersion } = data;
  const { n, answerSeq } = data.compensable;
  return { n, row: { operationId, tool, toolVersion, answerSeq, returnedSeq: seq } };
}

export function onCompensated(
  head: TaskHead,
  n: number,
  effect: CallPosition & { readonly toolVersion: string },
  answer: CompensateOutcome,
): readonly EventBody[] {
  const { operationId, step, ordinal, callId, tool } = effect;
  const position = { operationId, step, ordinal, callId, tool };
  const timing =
    answer.outcome === "lost"
      ? { toolVersion: effect.toolVersion, startedAt: answer.at, durationMs: 0 }
      : {
          toolVersion: answer.toolVersion,
          startedAt: answer.startedAt,
          durationMs: answer.durationMs,
          ...evidenceIn(answer),
        };
  if (answer.outcome === "blocked") {
    const { code, reason } = answer;
    const retryAt = retryTime(head, answer, head.compensation?.blocked?.times ?? 0);
    const data = { ...position, ...timing, n, code, reason, retryAt };
    return [{ type: "compensation.blocked", data }];
  }
  const outcome = answer.outcome === "lost" ? "unknown" : answer.outcome;
  const reason = answer.outcome === "undone" ? {} : { reason: answer.reason };
  return [{ type: "effect.compensated", data: { ...position, ...timing, n, outcome, ...reason } }];
}

/** Why the effects cannot be undone now, or undefined when they can. */
export function rollbackProblem(head: TaskHead): Refusal | undefined {
  const refusal = verbProblem(head, "rollback");
  if (refusal !== undefined) return refusal;
  const { segment, compensation } = head;
  if (segment.open || segment.queued || compensation !== undefined) {
    const message = `the task is ${head.status}; roll back when it rests, or cancel it`;
    return { code: "task_busy", message };
  }
  const unsettled = head.operations.find(({ state }) => state === "issued" || state === "unknown");
  if (unsettled === undefined) return undefined;
  const message =
    unsettled.state === "unknown"
      ? "the outcome of a call is unknown; settle it first, or cancel the task"
      : "a call is in flight; roll back when it has returned, or cancel the task";
  return { code: "task_busy", message };
}

/** A turn that is open ends with it: what it waits for rests on effects that are undone. */
export function onRollback(
  head: TaskHead,
  by: string | undefined,
  reason: string | undefined,
): readonly EventBody[] {
  if (rollbackProblem(head) !== undefined) return [];
  const { turn, step, effects = 0, status } = head;
  const message = "the task's effects were rolled back";
  const failed: EventBody = {
    type: "turn.failed",
    data: { turn: turn.number, step, code: "rolled_back", message },
  };
  const asked: EventBody = {
    type: "rollback.requested",
    actor: operator(by),
    ...(reason === undefined ? {} : { reason }),
    data: { from: status, effects },
  };
  const closed = [
    ...withdrawals(head, message),
    ...withdrawReview(head, message),
    ...onWithdrawWaits(head, message),
  ];
  return turn.open ? [...closed, failed, asked] : [asked];
}

export function onRolledBack(head: TaskHead): readonly EventBody[] {
  return head.compensation === undefined
    ? []
    : [{ type: "task.rolled-back", data: reportOf(head.compensation) }];
}

export function reportOf(compensation: CompensationReport): CompensationReport {
  const { undone, committed, unknown, effects } = compensation;
  return { undone, committed, unknown, effects };
}
