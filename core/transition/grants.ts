// Owns what fresh grants mean to a task: they take the place of those it had, and what waited for
// want of one is tried again at the same step (R43).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import type { GrantBounds, NamedGrant } from "../../contract/grant.ts";
import { subsetOf } from "../grant/subset.ts";
import type { TaskHead } from "../task-head.ts";
import { nextAttempt } from "./next-attempt.ts";
import { operator, wokenBy } from "./unknown-effect.ts";

/** Why a task of this agent cannot be given these grants, or undefined when it can. */
export function grantsProblem(
  { grants: most }: Pick<AgentDefinition, "grants">,
  grants: readonly NamedGrant[],
): string | undefined {
  if (most === undefined) return undefined;
  const verdict = subsetOf(grants, most);
  return verdict.within ? undefined : `${verdict.reason}; an agent's grants are the most it gives`;
}

export interface FreshGrants {
  readonly grants: readonly NamedGrant[];
  readonly reason: string;
  readonly by?: string | undefined;
  /** Of a child. */
  readonly bounds?: GrantBounds;
}

export function onGrants(
  head: TaskHead,
  { grants, reason, by, bounds }: FreshGrants,
): readonly EventBody[] {
  const data = bounds === undefined ? { grants } : { grants, bounds };
  const actor = operator(by);
  const again = head.operations
    .filter(({ state, block }) => state === "blocked" && block?.code === "credential")
    .map((each) => nextAttempt(head, each, "the task was given fresh grants", actor));
  const waits = head.status === "waiting-auth" || head.compensation?.blocked !== undefined;
  const woken = waits ? wokenBy(head, "grants") : [];
  return [{ type: "grants.changed", actor, reason, data }, ...again, ...woken];
}
