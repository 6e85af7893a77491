// Owns the check that every task has come to something (R77): an end, a rest, or a park with what it
// waits for open; and that its status is what its log says (L10).
import { reduce } from "../../../core/reduce.ts";
import { newHead } from "../../../core/transition/message.ts";
import type { OperationView, StatusView } from "../../../contract/api.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import type { TaskStatus } from "../../../contract/status.ts";
import { hasEnded } from "../../../contract/status.ts";
import type { HistoryTask } from "../history.ts";
import type { Violation } from "../violation.ts";
import { tellEntry, violation } from "../violation.ts";
import type { Indexed } from "./index-history.ts";

const LAW = "legal-end";

export function checkEnds({ sound }: Indexed): readonly Violation[] {
  return sound.flatMap((task) => [
    ...illegalStatus(task),
    ...otherThanItsLog(task),
    ...afterTheEnd(task),
  ]);
}

function illegalStatus(task: HistoryTask): readonly Violation[] {
  const { view } = task;
  const problem = statusProblem(view);
  return problem === undefined ? [] : [violation(LAW, `it is ${view.status}${problem}`, [], task)];
}

/** What is open on account of nobody else: a call's time, a person, a child, an event. */
const WAITS: Readonly<Partial<Record<TaskStatus, (view: StatusView) => boolean>>> = {
  "waiting-tool": has(() => true),
  "waiting-event": has(({ wait }) => wait?.kind === "event" || wait?.kind === "question"),
  "waiting-timer": has(({ wait }) => wait !== undefined),
  "waiting-child": has(({ wait }) => wait?.kind === "child" || wait?.kind === "operations"),
  "waiting-reconcile": (view) =>
    has(({ unknown }) => unknown !== undefined)(view) || isUndoing(view),
  "waiting-approval": isAsking,
  stale: isAsking,
  "waiting-budget": ({ budget }) => budget !== undefined,
  "waiting-provider": ({ wakeAt }) => wakeAt !== undefined,
};

function has(is: (operation: OperationView) => boolean): (view: StatusView) => boolean {
  return ({ operations }) => operations.some(is);
}

function isAsking(view: StatusView): boolean {
  return has(({ state }) => state.startsWith("approval"))(view) || view.review !== undefined;
}

function isUndoing({ effects = 0 }: StatusView): boolean {
  return effects > 0;
}

function statusProblem(view: StatusView): string | undefined {
  const { status, operations } = view;
  if (status === "queued" || status === "running" || status === "cancelling")
    return ", and has not come to anything";
  if (hasEnded(status) && operations.length > 0) return " with an operation open";
  if (WAITS[status]?.(view) === false) return ", and nothing is open that it waits for";
  const isHeld = view.hold !== undefined || view.reason !== undefined;
  if (status === "paused" || status === "quarantined" || status === "needs-operator")
    return isHeld ? undefined : ", and nobody knows why";
  return undefined;
}

/** The head is a fold of the log; whoever wrote it otherwise has written beside the log. */
function otherThanItsLog(task: HistoryTask): readonly Violation[] {
  const { view, log } = task;
  const [first] = log;
  if (first?.type !== "task.started") return [];
  const { taskUid, taskId } = view;
  const empty = newHead({ ...first.data, taskUid, taskId, at: first.at });
  const head = log.reduce(reduce, empty);
  const told = { status: head.status, turn: head.turn.number, step: head.step };
  const shown = { status: view.status, turn: view.turn, step: view.step };
  const differing = (Object.keys(told) as (keyof typeof told)[]).filter(
    (key) => told[key] !== shown[key],
  );
  return differing.map((key) =>
    violation(LAW, `its ${key} is ${shown[key]}, and ${told[key]} by its log`, [], task),
  );
}

const ENDS: ReadonlySet<string> = new Set([
  "task.completed",
  "task.cancelled",
  "task.retired",
  "task.killed",
]);
const WORK: ReadonlySet<string> = new Set([
  "message.received",
  "model.answered",
  "tool.returned",
  "approval.requested",
  "wait.opened",
  "child.started",
  "segment.started",
]);

function afterTheEnd(task: HistoryTask): readonly Violation[] {
  const { log } = task;
  const end = log.find(({ type }) => ENDS.has(type));
  if (end === undefined) return [];
  const later = log.filter(({ type, seq }) => seq > end.seq && WORK.has(type));
  return later.map((event: TaskEvent) =>
    violation(LAW, `${event.type} after ${end.type}`, [tellEntry(event)], task),
  );
}
