// Owns what an operator is told of a task that is to go on (R75): where it stands, what it does next,
// what must be so before, and what went wrong last.
import type { Blocker, ResumeContext } from "../../contract/explanation.ts";
import type { EventData, EventType } from "../../contract/event.ts";
import { hasEnded } from "../../contract/status.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { backgroundOf, hasForeground } from "../wait/background.ts";
import type { Sources } from "./explain-operation.ts";

export function resumeContext(
  head: TaskHead,
  blockers: readonly Blocker[],
  { eventAt }: Sources,
): ResumeContext {
  const { turn, step, segment, lastError } = head;
  const failed = lastError === undefined ? undefined : eventAt(lastError.seq);
  const beside = new Set(asksBeside(head) ? backgroundOf(head).map(idOf) : []);
  const waitsFor = ({ kind, operationId = "" }: Blocker): boolean =>
    !GOES_ON.has(kind) && !beside.has(operationId);
  return {
    turn: turn.number,
    step,
    segment: segment.number,
    next: nextOf(head),
    pending: blockers.filter(waitsFor).map(({ what }) => what),
    ...(lastError === undefined || failed === undefined
      ? {}
      : { lastError: { ...lastError, event: failed.type, ...errorIn<EventType>(failed) } }),
  };
}

/** These are no preconditions: they are work. */
const GOES_ON: ReadonlySet<Blocker["kind"]> = new Set<Blocker["kind"]>([
  "segment",
  "queue",
  "tool",
  "settling",
  "end",
]);

const idOf = ({ operationId }: OpenOperation): string => operationId;

/** Whether the model is asked whatever becomes of what is open. */
function asksBeside(head: TaskHead): boolean {
  return !hasForeground(head) && head.turn.rests !== true;
}

function nextOf(head: TaskHead): string {
  const { status, turn, operations, compensation, queue } = head;
  if (hasEnded(status)) return "nothing: it has ended";
  if (head.cancelling) return `it ends as ${head.ending ?? "cancelled"}`;
  if (compensation !== undefined) return `${head.effects ?? 0} effects are undone, last first`;
  if (!turn.open)
    return queue === undefined
      ? "nothing, until a message comes"
      : "the message that was kept first opens a turn";
  if (head.review !== undefined) return "the answer is released once it is approved";
  const calls = operations.map(nextOfCall);
  const asked = asksBeside(head) ? [`the model is asked for step ${head.step + 1}`] : [];
  return [...asked, ...calls].join("; ");
}

function nextOfCall({ tool, state, wait }: OpenOperation): string {
  switch (state) {
    case "ready":
      return `${tool} is called`;
    case "issued":
      return `the outcome of ${tool} is taken in, without calling it again`;
    case "proposing":
      return `${tool} says what it would touch`;
    case "approval-requested":
    case "approval-open":
      return `${tool} is called once it is approved`;
    case "unknown":
      return `${tool} is not called again before it is known whether it took effect`;
    case "blocked":
      return `${tool} is called again as a new attempt`;
    case "waiting":
      return `${tool} ends with its ${wait?.kind ?? "wait"}`;
  }
}

type Said = { readonly code: string; readonly message?: string };

/** By the type of the event. */
const ERROR: { readonly [T in EventType]?: (data: EventData[T]) => Said } = {
  "model.failed": ({ code }) => ({ code }),
  "answer.rejected": ({ reason }) => ({ code: reason }),
  "segment.lost": ({ cause }) => ({ code: "segment_lost", message: cause }),
  "call.blocked": ({ code, reason }) => ({ code, message: reason }),
  "compensation.blocked": ({ code, reason }) => ({ code, message: reason }),
  "call.refused": ({ code, message }) => ({ code, message }),
  "turn.failed": ({ code, message }) => ({ code, message }),
  "tool.returned": (data) => {
    if (data.outcome === "error") return { code: data.code, message: data.message };
    const why = data.outcome === "unknown" ? { message: data.reason } : {};
    return { code: data.outcome, ...why };
  },
};

function errorIn<T extends EventType>(event: {
  readonly type: T;
  readonly data: EventData[T];
}): Said {
  return ERROR[event.type]?.(event.data) ?? { code: event.type };
}
