// Owns what a task tells its children of itself: how it is held and what it may do, as it is now, when
// either has changed (R42, R72). What that means to a child is core/transition/follow.ts's.
import { COMMAND_VERSION } from "../../contract/command.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { FollowCommand } from "../../contract/follow.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import { causesOf } from "../control/hold.ts";
import type { TaskHead } from "../task-head.ts";
import type { ChildPart } from "../wait/wait-part.ts";

const TOLD: ReadonlySet<TaskEvent["type"]> = new Set([
  "task.paused",
  "task.quarantined",
  "task.resumed",
  "grants.changed",
]);

/** Whether an event of the task is told to the children that it has then. */
export function isTold({ children }: TaskHead, { type }: TaskEvent): boolean {
  return children !== undefined && TOLD.has(type);
}

/** Those that are told: not one that comes to its end by itself. */
export function followers({ children = [] }: TaskHead): readonly ChildPart[] {
  return children.filter(({ left }) => left === undefined);
}

export type Follow = FollowCommand & { readonly v: typeof COMMAND_VERSION };

/** `within` is what the task may do; undefined where that has no bounds. */
export function followParent(
  { hold }: TaskHead,
  within: readonly NamedGrant[] | undefined,
  because?: TaskEvent,
): Follow {
  const when = because?.type === "task.paused" ? because.data.when : "safe-point";
  const held =
    hold === undefined ? {} : { hold: { kind: hold.kind, reason: reasonOf(hold), when } };
  const bounds = within === undefined ? {} : { within };
  return { v: COMMAND_VERSION, type: "follow", ...held, ...bounds };
}

/** The words of whoever held the first of the family, for all below. */
function reasonOf(hold: NonNullable<TaskHead["hold"]>): string {
  const { own } = causesOf(hold);
  return own?.kind === hold.kind ? `with its parent task: ${own.reason}` : hold.reason;
}
