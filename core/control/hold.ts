// Owns what a hold does to a head: while there is one the status says so, and what the status
// would be without it is kept beside. Nothing is sent or called, everything is taken in. A child
// may be held itself and with its parent: each is lifted by itself, and the graver one shows.
import type { Hold, HoldCause } from "../../contract/control-view.ts";
import { hasEnded } from "../../contract/status.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

/** Whose hold: a person's on this task, or one of its parent. */
export type HoldSource = "own" | "above";

/** The head after an event, with the status that a hold gives it. An end and a cancellation lift it. */
export function underHold(head: TaskHead): TaskHead {
  const { hold } = head;
  if (hold === undefined) return head;
  if (head.cancelling || hasEnded(head.status)) return withoutHold(head);
  const from = head.status === hold.kind ? hold.from : head.status;
  return { ...head, status: hold.kind, reason: hold.reason, hold: { ...hold, from } };
}

export function withHold(before: TaskHead, cause: HoldCause, source: HoldSource): TaskHead {
  const from = before.hold?.from ?? before.status;
  const causes = { ...causesOf(before.hold), [source]: cause };
  const graver = graverOf(causes) ?? cause;
  return { ...before, status: graver.kind, reason: graver.reason, hold: holdOf(causes, from) };
}

type Causes = { readonly [S in HoldSource]?: HoldCause };

function holdOf({ own, above }: Causes, from: Hold["from"]): Hold {
  const graver = graverOf({ own, above });
  if (graver === undefined) throw new Error("a hold has a cause");
  if (above === undefined) return { ...graver, from };
  return { ...graver, from, above, ...(own === undefined ? {} : { own }) };
}

function graverOf({ own, above }: { own?: HoldCause | undefined; above?: HoldCause | undefined }) {
  return above?.kind === "quarantined" && own?.kind !== "quarantined" ? above : (own ?? above);
}

/** What of a task's hold is its own, and what is its parent's. */
export function causesOf(hold: Hold | undefined): Causes {
  if (hold === undefined) return {};
  const { above, own, from: _, ...cause } = hold;
  if (above === undefined) return { own: cause };
  return own === undefined ? { above } : { above, own };
}

function withoutHold(before: TaskHead): TaskHead {
  const { hold: _, ...head } = before;
  return head;
}

/** What waited goes on and says again what for; what rested before rests. Not while it is held otherwise. */
export function lifted(before: TaskHead, source: HoldSource): TaskHead {
  const { hold, reason: _, ...head } = before;
  if (hold === undefined) return before;
  const { [source]: __, ...rest } = causesOf(hold);
  const left = graverOf(rest);
  if (left !== undefined)
    return { ...head, status: left.kind, reason: left.reason, hold: holdOf(rest, hold.from) };
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
