// Owns what a hold does to a head: while there is one the status says so, and what the status
// would be without it is kept beside. Nothing is sent or called, everything is taken in.
import type { Hold } from "../../contract/control-view.ts";
import { hasEnded } from "../../contract/status.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

/** The head after an event, with the status that a hold gives it. An end and a cancellation lift it. */
export function underHold(head: TaskHead): TaskHead {
  const { hold } = head;
  if (hold === undefined) return head;
  if (head.cancelling || hasEnded(head.status)) return withoutHold(head);
  const from = head.status === hold.kind ? hold.from : head.status;
  return { ...head, status: hold.kind, reason: hold.reason, hold: { ...hold, from } };
}

export function withHold(before: TaskHead, hold: Omit<Hold, "from">): TaskHead {
  const from = before.hold?.from ?? before.status;
  return { ...before, status: hold.kind, reason: hold.reason, hold: { ...hold, from } };
}

function withoutHold(before: TaskHead): TaskHead {
  const { hold: _, ...head } = before;
  return head;
}

/** What waited goes on and says again what for; what rested before rests. */
export function lifted(before: TaskHead): TaskHead {
  const { hold, reason: _, ...head } = before;
  if (hold === undefined) return before;
  const works = head.turn.open || head.compensation !== undefined;
  return {
    ...head,
    status: works ? "queued" : hold.from,
    park: { number: head.park.number },
    lostSegments: 0,
  };
}

/** Calls that were in flight when the hold came: they are not repeated, only their outcomes taken in. */
export function inFlightUnderHold({ operations }: TaskHead): readonly OpenOperation[] {
  return operations.filter(({ state }) => state === "issued");
}
