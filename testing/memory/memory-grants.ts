// Owns how a test gives a task in memory its grants, with the checks of objects/agent/public/grant.ts.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Grant, NamedGrant } from "../../contract/grant.ts";
import { readGrants } from "../../core/grant/name-grants.ts";
import { boundsProblem } from "../../core/transition/follow.ts";
import { grantsProblem } from "../../core/transition/grants.ts";
import type { TaskClient } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import { refuseVerb } from "./check-call.ts";
import { boundsOf } from "./memory-authority.ts";
import { applyGrants } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export function createGrantClient(
  clock: VirtualClock,
  task: () => MemoryTask,
): TaskClient["grant"] {
  return async ({ grants, reason, by }) => {
    await clock.settled();
    const given = task();
    const { taskUid } = given.head;
    refuseVerb(given.head, "grant");
    const named = readGiven(given.agent, grants);
    const beyond = boundsProblem(boundsOf(given.log), named);
    if (beyond !== undefined) throw taskProblem("invalid_input", beyond);
    applyGrants(given, { grants: named, reason, by });
    await clock.settled();
    return { taskUid, status: given.head.status, result: "recorded" };
  };
}

/** The grants as a task keeps them. Throws a problem for those that the agent cannot give. */
export function readGiven(
  agent: Pick<AgentDefinition, "grants">,
  grants: readonly Grant[],
): readonly NamedGrant[] {
  let named: readonly NamedGrant[];
  try {
    named = readGrants(grants);
  } catch (error) {
    throw taskProblem("invalid_input", error instanceof Error ? error.message : "wrong grants");
  }
  const wrong = grantsProblem(agent, named);
  if (wrong !== undefined) throw taskProblem("invalid_input", wrong);
  return named;
}
