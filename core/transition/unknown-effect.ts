// Owns how an unknown outcome becomes known: by the tool's `reconcile` or by a person's word
// (L7, R13, R95). Nothing here guesses: only "not applied", said late enough, permits another
// attempt.
import type { StoredText } from "../../contract/artifact.ts";
import type { Statement } from "../../contract/command.ts";
import type { Actor, Answered, EventBody, EventData } from "../../contract/event.ts";
import type { AnyTool, ReconcileResponse } from "../../contract/tool.ts";
import { evidenceIn } from "../call-evidence.ts";
import { doubtOf, isTooEarly } from "../doubt.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { questionOf } from "../tool-verb.ts";
import { retryTime } from "./blocked.ts";
import { nextAttempt, positionOf } from "./next-attempt.ts";
import type { Refusal } from "./refusal.ts";
import { OPERATION_NOT_FOUND } from "./refusal.ts";
import { okData, returned } from "./returned.ts";
import type { Lost } from "./tool-outcome.ts";

/** Attempts that provably had no effect, before the model is told instead. */
const MAX_FAILURES = 8;

/** What came back from an invocation of `reconcile`. */
export type ReconcileOutcome = ReconcileResponse | Lost;

export function onReconciled(
  head: TaskHead,
  operation: OpenOperation,
  answer: ReconcileOutcome,
  tool: AnyTool | undefined,
): readonly EventBody[] {
  // A question of an attempt that was settled meanwhile.
  if (operation.state !== "unknown") return [];
  const at = timeOf(operation, answer);
  const asked = (askAt?: number): EventBody => reconciled(operation, answer, at, askAt);
  if (answer.outcome === "ok") {
    const data = okData(head, operation, answer, tool);
    return [asked(), returned(operation, at, { ...data, via: "reconcile" })];
  }
  const doubt = doubtOf(operation);
  const stated = doubt.statedSeq !== undefined;
  if (answer.outcome === "blocked") {
    const askAt = retryTime(head, answer, doubt.asked);
    return [asked(head.cancelling ? undefined : askAt)];
  }
  if (isTooEarly(doubt, at.startedAt)) {
    const askAt = Math.max(doubt.notBefore ?? 0, at.startedAt + at.durationMs + ASK_PAUSE_MS);
    const again = (stated || answer.outcome === "not-applied") && !head.cancelling;
    return [asked(again ? askAt : undefined)];
  }
  if (answer.outcome === "not-applied") return [asked(), notApplied(head, operation, at, FOUND)];
  // It cannot tell: a person's word stands.
  return stated ? [asked(), notApplied(head, operation, at, STATED)] : [asked()];
}

/** Least time between two questions of which the first came too early, in milliseconds. */
const ASK_PAUSE_MS = 1_000;

const FOUND = "the tool's reconcile found that the attempt before had no effect";
const STATED = "a person stated that the attempt before had no effect";

function timeOf(operation: OpenOperation, answer: ReconcileOutcome): Answered {
  if (answer.outcome !== "lost") {
    const { toolVersion, startedAt, durationMs } = answer;
    return { toolVersion, startedAt, durationMs };
  }
  return { toolVersion: operation.toolVersion, startedAt: answer.at, durationMs: 0 };
}

function reconciled(
  operation: OpenOperation,
  answer: ReconcileOutcome,
  { toolVersion, startedAt, durationMs }: Answered,
  askAt: number | undefined,
): EventBody {
  const timing = { toolVersion, startedAt, durationMs, n: questionOf(operation) };
  const next = askAt === undefined ? {} : { askAt };
  const evidence = answer.outcome === "lost" ? {} : evidenceIn(answer);
  const data = { ...positionOf(operation), ...timing, ...evidence, ...saidBy(answer), ...next };
  return { type: "effect.reconciled", data };
}

function saidBy(
  answer: ReconcileOutcome,
): Pick<EventData["effect.reconciled"], "outcome" | "reason"> {
  if (answer.outcome === "ok") return { outcome: "applied" };
  if (answer.outcome === "not-applied") return { outcome: "not-applied" };
  const { reason } = answer;
  return {
    outcome: "unknown",
    reason: answer.outcome === "blocked" ? `${answer.code}: ${reason}` : reason,
  };
}

function notApplied(
  head: TaskHead,
  operation: OpenOperation,
  at: Answered,
  why: string,
): EventBody {
  if (head.cancelling) return returned(operation, at, { outcome: "cancelled" });
  if (head.turn.interrupted === true)
    return returned(operation, at, { outcome: "cancelled", interrupted: true });
  const failures = (operation.failures ?? 0) + 1;
  if (failures < MAX_FAILURES) return nextAttempt(head, operation, why);
  const message = `none of ${failures} attempts had an effect`;
  return returned(operation, at, { outcome: "error", code: "not_applied", message });
}

/** Why a statement cannot be taken, or undefined when it can. */
export function statementProblem(
  head: TaskHead,
  { operationId, outcome }: Pick<Statement, "operationId" | "outcome">,
): Refusal | undefined {
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return OPERATION_NOT_FOUND;
  if (operation.state !== "unknown") {
    const message = `the operation is ${operation.state}; only an outcome that is unknown is stated`;
    return { code: "operation_not_unknown", message };
  }
  const { statedSeq } = doubtOf(operation);
  if (statedSeq === undefined || outcome === "applied") return undefined;
  const message = "it was stated already that this operation was not applied";
  return { code: "operation_settled", message, seq: statedSeq };
}

/** A person's word, which `statementProblem` has let pass. */
export function onStated(
  head: TaskHead,
  statement: Statement & { readonly reason: string; readonly by?: string },
  tool: AnyTool | undefined,
  now: number,
): readonly EventBody[] {
  const { outcome, reason, by } = statement;
  const operation = head.operations.find((each) => each.operationId === statement.operationId);
  if (operation === undefined) return [];
  const stated: EventBody = {
    type: "effect.stated",
    actor: operator(by),
    reason,
    data: { ...positionOf(operation), outcome },
  };
  const at = { toolVersion: operation.toolVersion, startedAt: now, durationMs: 0 };
  const result = statement.result ?? NO_RESULT;
  const told = { result, mediaType: "application/json" } as const;
  const ok = { ...okData(head, operation, told, tool), via: "statement" } as const;
  const settled = outcome === "applied" ? [returned(operation, at, ok)] : [];
  return [stated, ...settled, ...wokenBy(head, "statement")];
}

const NO_RESULT: StoredText = {
  text: JSON.stringify("A person stated that this call took effect. Its result is not known."),
};

export function operator(by: string | undefined): Actor {
  return { kind: "operator", ...(by === undefined ? {} : { id: by }) };
}

/** A task that rests goes on; one whose segment is on its way needs no word. */
export function wokenBy(head: TaskHead, by: string): readonly EventBody[] {
  const { status } = head;
  if (status === "queued" || status === "running") return [];
  return [{ type: "task.woken", data: { from: status, by } }];
}
