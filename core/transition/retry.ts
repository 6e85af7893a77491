// Owns `retry`: a person says that what a task waits for may be tried now.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import { toolOf } from "../doubt.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { nextAttempt, positionOf } from "./next-attempt.ts";
import type { Refusal } from "./refusal.ts";
import { OPERATION_NOT_FOUND } from "./refusal.ts";
import { operator, wokenBy } from "./unknown-effect.ts";

/** What may be tried; by default everything that waits. */
interface Retry {
  readonly operationId?: string | undefined;
  /** Absent in old commands. */
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
}

/** Why nothing can be tried, or undefined when something can. */
export function retryProblem(
  head: TaskHead,
  agent: AgentDefinition,
  { operationId }: Pick<Retry, "operationId">,
): Refusal | undefined {
  const known =
    operationId === undefined || head.operations.some((each) => each.operationId === operationId);
  if (!known) return OPERATION_NOT_FOUND;
  if (retryable(head, agent, operationId).length > 0) return undefined;
  if (operationId === undefined && hasFailed(head)) return undefined;
  const waits = head.park.wakeAt !== undefined || head.status === "needs-operator";
  if (operationId === undefined && waits) return undefined;
  const what = operationId === undefined ? `the task is ${head.status}` : "the operation";
  const message = `${what} and waits for nothing that can be tried again`;
  return { code: "nothing_to_retry", message };
}

export function onRetry(
  head: TaskHead,
  agent: AgentDefinition,
  input: Retry,
): readonly EventBody[] {
  if (retryProblem(head, agent, input) !== undefined) return [];
  const { operationId, reason, by } = input;
  const actor = operator(by);
  const why = reason ?? "a person asked for it";
  if (operationId === undefined && hasFailed(head)) {
    const { turn, step } = head;
    const data = { turn: turn.number, step };
    return [{ type: "turn.retried", actor, reason: why, data }];
  }
  const again = retryable(head, agent, operationId).map((each): EventBody =>
    each.state === "blocked"
      ? nextAttempt(head, each, why, actor)
      : { type: "reconcile.requested", actor, reason: why, data: positionOf(each) },
  );
  const woken = wokenBy(head, "retry");
  if (again.length > 0) return [...again, ...woken];
  // Nothing else of it is on record (R73).
  return woken.map((event): EventBody => ({ ...event, actor, reason: why }));
}

/** Its last turn has failed, and nothing came after it. */
function hasFailed({ status, hold, turn, cancelling }: TaskHead): boolean {
  const failed = (hold?.from ?? status) === "failed" && !turn.open && !cancelling;
  // Nothing is left of a turn whose only message was quarantined.
  return failed && turn.empty !== true;
}

/** Blocked calls, and unknown ones that the tool can be asked about. */
function retryable(
  head: TaskHead,
  agent: AgentDefinition,
  operationId: string | undefined,
): readonly OpenOperation[] {
  if (head.cancelling) return [];
  return head.operations.filter(
    (each) =>
      (operationId === undefined || each.operationId === operationId) &&
      (each.state === "blocked" ||
        (each.state === "unknown" && toolOf(agent, each)?.reconcile !== undefined)),
  );
}
