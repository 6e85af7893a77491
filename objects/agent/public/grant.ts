// Owns `grant`: a person gives a task fresh grants in the place of those it had (R42, R43). What
// waited for want of one goes on at the same step.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { GrantInput, GrantResult } from "../../../contract/effect-api.ts";
import type { Grant, NamedGrant } from "../../../contract/grant.ts";
import { nameGrants } from "../../../core/grant/name-grants.ts";
import { boundsProblem } from "../../../core/transition/follow.ts";
import { grantsProblem } from "../../../core/transition/grants.ts";
import { problem } from "../../../handler/problem.ts";
import { readBounds } from "../apply-bounds.ts";
import { applySoon, taskFor } from "./effects.ts";

export async function grant(
  ctx: ObjectSharedContext,
  agent: AgentDefinition,
  { grants, reason, by }: GrantInput,
): Promise<GrantResult> {
  const head = await taskFor(ctx, agent.name, "grant");
  const named = readGiven(agent, grants);
  const beyond =
    head.parent === undefined ? undefined : boundsProblem(await readBounds(ctx), named);
  if (beyond !== undefined) throw problem("invalid_input", beyond);
  const applied = await applySoon(ctx, head, {
    type: "grant",
    grants: named,
    reason,
    ...(by === undefined ? {} : { by }),
  });
  const { taskUid } = head;
  if (applied === undefined) return { taskUid, status: head.status, result: "accepted" };
  return { taskUid, status: applied.status, result: "recorded" };
}

/** The grants as a task keeps them. Fails with 400 for those that the agent cannot give. */
export function readGiven(agent: AgentDefinition, grants: readonly Grant[]): readonly NamedGrant[] {
  let named: readonly NamedGrant[];
  try {
    named = nameGrants(grants);
  } catch (error) {
    throw problem("invalid_input", error instanceof Error ? error.message : "grants are wrong");
  }
  const wrong = grantsProblem(agent, named);
  if (wrong !== undefined) throw problem("invalid_input", wrong);
  return named;
}
