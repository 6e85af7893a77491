// Owns how being found stuck changes a head, and what else a head keeps for those who ask why a task
// does not move: when it got its status, when it last made progress, and its last error (R67, R75).
import type { TaskEvent } from "../../contract/event.ts";
import type { WatchEventData } from "../../contract/watch.ts";
import type { ReducersOf } from "../change-head.ts";
import type { TaskHead } from "../task-head.ts";

export const WATCH_REDUCERS: ReducersOf<keyof WatchEventData> = {
  "task.stuck": (head, { kind, since, foundAt: at, over }, { seq }) =>
    over === true ? head : { ...head, stuck: { kind, since, at, seq } },
  "task.escalated": (head, { to }, { at }) =>
    head.stuck === undefined ? head : { ...head, stuck: { ...head.stuck, escalated: { to, at } } },
};

/** The head after an event, with what it is watched by. `before` is the head without it. */
export function noteProgress(before: TaskHead, after: TaskHead, event: TaskEvent): TaskHead {
  const { at, seq, type } = event;
  // A segment marks the head as running before its own event is there.
  const since = before.status === after.status && type !== "segment.started" ? {} : { since: at };
  const error = isError(event) ? { lastError: { seq, at, step: after.step } } : {};
  const noted = { ...after, ...since, ...error };
  if (isProgress(before, event)) return moved(noted, event);
  // It says by itself that somebody has to look.
  if (type !== "task.parked" || after.status !== "needs-operator" || after.stuck !== undefined)
    return noted;
  return { ...noted, stuck: { kind: "needs-operator", since: at, at, seq } };
}

function moved(before: TaskHead, { at, type }: TaskEvent): TaskHead {
  const { stuck: _, ...head } = before;
  if (type !== "message.received") return { ...head, progressAt: at };
  // A new turn begins without the errors of the one before.
  const { lastError: __, ...fresh } = head;
  return { ...fresh, progressAt: at };
}

/** Tries, parks, wakes and messages in between bring a task nowhere. */
const PROGRESS: ReadonlySet<TaskEvent["type"]> = new Set<TaskEvent["type"]>([
  "task.started",
  "model.answered",
  "tool.returned",
  "wait.opened",
  "approval.opened",
  "approval.recorded",
  "approval.decided",
  "approval.expired",
  "call.withdrawn",
  "operation.overridden",
  "effect.stated",
  "effect.compensated",
  "review.closed",
  "turn.completed",
  "turn.failed",
  "turn.retried",
  "rollback.requested",
  "task.rolled-back",
  "task.paused",
  "task.quarantined",
  "task.resumed",
  "cancel.requested",
  "retire.requested",
  "task.completed",
  "task.cancelled",
  "task.retired",
  "task.killed",
]);

function isProgress({ turn }: TaskHead, event: TaskEvent): boolean {
  if (event.type === "message.received") return event.data.turn !== turn.number;
  return PROGRESS.has(event.type);
}

const ERRORS: ReadonlySet<TaskEvent["type"]> = new Set<TaskEvent["type"]>([
  "model.failed",
  "answer.rejected",
  "call.refused",
  "call.blocked",
  "compensation.blocked",
  "segment.lost",
  "turn.failed",
]);

function isError({ type, data }: TaskEvent): boolean {
  if (type === "tool.returned") return data.outcome === "error" || data.outcome === "unknown";
  return ERRORS.has(type);
}
