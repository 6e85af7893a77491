// Owns what it means to a child how its parent is held, and what that one may do: it is held with it,
// and never may do more (R42, R72). What a task tells its children is core/child/follow-parent.ts's.
import type { EventBody } from "../../contract/event.ts";
import type { FollowCommand } from "../../contract/follow.ts";
import type { GrantBounds, NamedGrant } from "../../contract/grant.ts";
import { causesOf } from "../control/hold.ts";
import { digestOf } from "../digest.ts";
import { narrow } from "../grant/narrow.ts";
import { subsetOf } from "../grant/subset.ts";
import { isOver } from "../reduce.ts";
import type { TaskHead } from "../task-head.ts";
import type { FreshGrants } from "./grants.ts";
import { onGrants } from "./grants.ts";
import { freedCalls } from "./hold.ts";
import { operator } from "./unknown-effect.ts";

/** Who holds, resumes and bounds a child with its parent, in the child's log. */
const PARENT = "parent";

export interface GrantSources {
  /** What the child's agent gives. */
  readonly declared: readonly NamedGrant[] | undefined;
  /** As the child has recorded them last. */
  readonly bounds: GrantBounds;
}

/** Told twice, it changes nothing. */
export function onFollow(
  head: TaskHead,
  { hold, within }: Omit<FollowCommand, "type">,
  sources: GrantSources,
): readonly EventBody[] {
  if (isOver(head)) return [];
  const bounded = onBounds(head, within, sources);
  // One that comes to its end has no hold.
  return head.cancelling ? bounded : [...bounded, ...onHold(head, hold)];
}

function onHold(head: TaskHead, hold: FollowCommand["hold"]): readonly EventBody[] {
  const { above, own } = causesOf(head.hold);
  const actor = operator(PARENT);
  const from = head.status;
  if (hold === undefined) {
    if (above === undefined) return [];
    const data = { from, above: true } as const;
    const resumed: EventBody = { type: "task.resumed", actor, reason: WHY_RESUMED, data };
    return [resumed, ...(own === undefined ? freedCalls(head, PARENT) : [])];
  }
  const { kind, reason, when } = hold;
  if (above?.kind === kind && above.reason === reason) return [];
  if (kind === "quarantined")
    return [{ type: "task.quarantined", actor, reason, data: { from, above: true } }];
  return [{ type: "task.paused", actor, reason, data: { from, when, above: true } }];
}

const WHY_RESUMED = "its parent task was resumed";

function onBounds(
  head: TaskHead,
  within: readonly NamedGrant[] | undefined,
  { declared, bounds }: GrantSources,
): readonly EventBody[] {
  // Grants are never taken back to none at all.
  if (within === undefined || digestOf(within) === digestOf(bounds.within ?? null)) return [];
  const { own } = bounds;
  const grants = narrow(own ?? declared, within) ?? within;
  const next = own === undefined ? { within } : { own, within };
  const reason = "what its parent task may do has changed";
  return onGrants(head, { grants, reason, by: PARENT, bounds: next });
}

/** What people give a child: of it, what lies within what its parent may do. */
export function onOwnGrants(
  head: TaskHead,
  given: Omit<FreshGrants, "bounds">,
  { within }: GrantBounds,
): readonly EventBody[] {
  if (head.parent === undefined) return onGrants(head, given);
  const { grants: own } = given;
  const grants = narrow(own, within) ?? own;
  return onGrants(head, {
    ...given,
    grants,
    bounds: within === undefined ? { own } : { own, within },
  });
}

/** Why a child cannot be given these grants, or undefined when it can. */
export function boundsProblem(
  { within }: GrantBounds,
  grants: readonly NamedGrant[],
): string | undefined {
  if (within === undefined) return undefined;
  const verdict = subsetOf(grants, within);
  return verdict.within
    ? undefined
    : `${verdict.reason}; a child never may do more than its parent, so give it to that one first`;
}

/** What the grants of a child are made of, after an event of its log; undefined for any other event. */
export function boundsIn(event: EventBody): GrantBounds | undefined {
  if (event.type !== "grants.changed" && event.type !== "task.started") return undefined;
  return event.data.bounds;
}
