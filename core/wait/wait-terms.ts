// Owns where an open wait's terms are found, and when it ends by itself. The head has the kind, the
// time and a position; the log has the rest.
import type { TaskEvent } from "../../contract/event.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import type { WaitPart } from "./wait-part.ts";

/** When a wait ends by itself, milliseconds since the epoch. */
export function endOfWait(wait: WaitRequest): number {
  return wait.kind === "timer" ? wait.at : wait.deadlineAt;
}

/** Whether the turn goes on beside it. */
export function isBackgrounded(wait: WaitRequest): boolean {
  return wait.kind !== "operations" && wait.background === true;
}

/** What the head keeps of a wait whose terms are in the event at `seq`. */
export function waitPart(wait: WaitRequest, seq: number): WaitPart {
  const background = isBackgrounded(wait) ? { background: true as const } : {};
  const part = { kind: wait.kind, endsAt: endOfWait(wait), seq, ...background };
  if (wait.kind !== "child") return part;
  const { agent, taskId, kept, leaveRunning } = wait;
  const more = { ...(kept && { kept }), ...(leaveRunning && { leaveRunning }) };
  return { ...part, child: { agent, taskId, ...more } };
}

/** The terms that the event at a wait's `seq` holds. */
export function waitIn(event: TaskEvent | undefined, ordinal: number): WaitRequest | undefined {
  if (event?.type === "wait.opened") return event.data.wait;
  const check =
    event?.type === "model.answered" ? event.data.answer.calls[ordinal]?.check : undefined;
  return check?.ok === true ? check.wait : undefined;
}

/** An operation in state `waiting`. */
export type WaitingOperation = OpenOperation & { readonly wait: WaitPart };

export function isWaiting(operation: OpenOperation): operation is WaitingOperation {
  return operation.state === "waiting" && operation.wait !== undefined;
}

/** The open wait of this operation. */
export function waitOf(
  { operations }: TaskHead,
  operationId: string,
): WaitingOperation | undefined {
  return operations.filter(isWaiting).find((each) => each.operationId === operationId);
}

/** How long an inbox has to answer before it is asked again: what was sent may have been killed. */
const ASK_AGAIN_MS = 5 * 60_000;

/** When something is to be done about a wait by itself; milliseconds since the epoch. */
export function dueTime({ endsAt, askedAt }: WaitPart): number {
  return askedAt === undefined ? endsAt : askedAt + ASK_AGAIN_MS;
}

/** When the first of these waits is due by itself; undefined where none is open. */
export function firstEnd(operations: readonly OpenOperation[]): number | undefined {
  const ends = operations.filter(isWaiting).map(({ wait }) => dueTime(wait));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** An event wait that is over, or due, although no event came: its inbox is to be told. */
export interface EndedSubscription {
  readonly operationId: string;
  /** It is not over before the inbox has answered. */
  readonly asks?: true;
  /** Where the log has its address. */
  readonly seq: number;
  readonly ordinal: number;
}

/** Of an event that was just reduced. */
export function endedSubscriptions(
  before: TaskHead,
  after: TaskHead,
  event: TaskEvent,
): readonly EndedSubscription[] {
  // One that its event has ended is over at the inbox too.
  const came = event.type === "tool.returned" && event.data.via === "event";
  if (event.type === "wait.due") return askedInbox(after, event.data.operationId);
  // One that its inbox was asked about is over there.
  const events = came
    ? []
    : before.operations.filter(({ wait }) => wait?.kind === "event" && wait.askedAt === undefined);
  if (events.length === 0) return [];
  const open = new Set(after.operations.map((each) => each.operationId));
  return events.flatMap(({ operationId, ordinal, wait }) =>
    wait === undefined || open.has(operationId) ? [] : [{ operationId, seq: wait.seq, ordinal }],
  );
}

function askedInbox(head: TaskHead, operationId: string): readonly EndedSubscription[] {
  const due = waitOf(head, operationId);
  if (due === undefined) return [];
  return [{ operationId, seq: due.wait.seq, ordinal: due.ordinal, asks: true }];
}
