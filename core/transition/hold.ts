// Owns what pausing, quarantining and resuming mean to a task: a hold in its head, and its record.
import type { ControlCommand } from "../../contract/control.ts";
import type { EventBody } from "../../contract/event.ts";
import { causesOf } from "../control/hold.ts";
import type { TaskHead } from "../task-head.ts";
import { nextAttempt } from "./next-attempt.ts";
import type { Refusal } from "./refusal.ts";
import { operator, wokenBy } from "./unknown-effect.ts";

type Pause = Extract<ControlCommand, { type: "pause" }>;

/** Paused again by a person it stays as it is; what a stop has paused may be held as well. */
export function onPause(head: TaskHead, { by, reason, when }: Pause): readonly EventBody[] {
  if (causesOf(head.hold).own !== undefined) return [];
  const data = { from: head.status, when };
  return [{ type: "task.paused", actor: operator(by), reason, data }];
}

type Said = Pick<ControlCommand, "by" | "reason">;

export function onQuarantine(head: TaskHead, { by, reason }: Said): readonly EventBody[] {
  if (causesOf(head.hold).own?.kind === "quarantined") return [];
  const data = { from: head.status };
  return [{ type: "task.quarantined", actor: operator(by), reason, data }];
}

/** A task that is held with its parent alone is resumed there. */
export function resumeProblem({ hold, parent, status }: TaskHead): Refusal | undefined {
  const { own, above } = causesOf(hold);
  if (above === undefined || own !== undefined) return undefined;
  const who = parent === undefined ? "its parent" : `its parent ${parent.agent}/${parent.taskId}`;
  const message = `the task is ${above.kind} with ${who}; resume that one`;
  return { code: "verb_not_allowed", message, details: { status } };
}

/** A task that is paused without a hold waits for a stop: it looks whether that is gone. */
export function onResume(head: TaskHead, { by, reason }: Said): readonly EventBody[] {
  const actor = operator(by);
  const { own, above } = causesOf(head.hold);
  if (head.hold === undefined)
    return wokenBy(head, "resume").map((each): EventBody => ({ ...each, actor, reason }));
  if (own === undefined) return [];
  const resumed: EventBody = { type: "task.resumed", actor, reason, data: { from: head.status } };
  return [resumed, ...(above === undefined ? freedCalls(head, by) : [])];
}

/** What a quarantine kept from its effect is made once nothing holds the task: as a new attempt. */
export function freedCalls(head: TaskHead, by: string | undefined): readonly EventBody[] {
  return head.operations
    .filter(({ state, block }) => state === "blocked" && block?.code === "stopped")
    .map((each) => nextAttempt(head, each, "the hold was lifted", operator(by)));
}
