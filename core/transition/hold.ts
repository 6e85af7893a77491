// Owns what pausing, quarantining and resuming mean to a task: a hold in its head, and its record.
import type { ControlCommand } from "../../contract/control.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskHead } from "../task-head.ts";
import { nextAttempt } from "./next-attempt.ts";
import { operator, wokenBy } from "./unknown-effect.ts";

type Pause = Extract<ControlCommand, { type: "pause" }>;

/** Paused again by a person it stays as it is; what a stop has paused may be held as well. */
export function onPause(head: TaskHead, { by, reason, when }: Pause): readonly EventBody[] {
  if (head.hold !== undefined) return [];
  const data = { from: head.status, when };
  return [{ type: "task.paused", actor: operator(by), reason, data }];
}

type Said = Pick<ControlCommand, "by" | "reason">;

export function onQuarantine(head: TaskHead, { by, reason }: Said): readonly EventBody[] {
  if (head.hold?.kind === "quarantined") return [];
  const data = { from: head.status };
  return [{ type: "task.quarantined", actor: operator(by), reason, data }];
}

/** A task that is paused without a hold waits for a stop: it looks whether that is gone. */
export function onResume(head: TaskHead, { by, reason }: Said): readonly EventBody[] {
  const actor = operator(by);
  if (head.hold === undefined)
    return wokenBy(head, "resume").map((each): EventBody => ({ ...each, actor, reason }));
  // What the quarantine kept from its effect is made now, as a new attempt.
  const again = head.operations
    .filter(({ state, block }) => state === "blocked" && block?.code === "stopped")
    .map((each) => nextAttempt(head, each, "the hold was lifted", actor));
  const resumed: EventBody = { type: "task.resumed", actor, reason, data: { from: head.status } };
  return [resumed, ...again];
}
