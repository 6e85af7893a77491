// Owns ending one operation alone that waits for something: a wait, or a decision. What may be in
// flight, or may have happened, is nobody's to withdraw (L7).
import type { EventBody } from "../../contract/event.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { TaskHead } from "../task-head.ts";
import { withdrawn } from "../wait/wait-result.ts";
import { isWaiting } from "../wait/wait-terms.ts";
import { withdrawals } from "./approval.ts";
import { leaveChildOf } from "./leave-child.ts";
import { returned } from "./returned.ts";
import type { Refusal } from "./refusal.ts";
import { OPERATION_NOT_FOUND } from "./refusal.ts";
import { operator, wokenBy } from "./unknown-effect.ts";
import { waitTime } from "./wait-time.ts";

export interface Withdrawal {
  readonly operationId: string;
  readonly reason: string;
  readonly by?: string;
}

/** Why the operation is not withdrawn, or undefined when it is. */
export function withdrawProblem(
  head: TaskHead,
  { operationId }: Pick<Withdrawal, "operationId">,
): Refusal | undefined {
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return OPERATION_NOT_FOUND;
  if (isWaiting(operation) || operation.state.startsWith("approval-")) return undefined;
  const message = `the operation is ${operation.state}; only what waits for a time, an event, a person or a child is withdrawn: cancel the task, or interrupt it with a message`;
  return { code: "operation_not_waiting", message };
}

/** The model reads the reason as the call's result; the rest of the step goes on. */
export function onWithdraw(head: TaskHead, withdrawal: Withdrawal): readonly EventBody[] {
  if (withdrawProblem(head, withdrawal) !== undefined) return [];
  const { operationId, reason, by } = withdrawal;
  const only = head.operations.filter((each) => each.operationId === operationId);
  const left = only.flatMap((each) => leaveChildOf(head, each));
  const ends = only.map((each): EventBody => {
    const data = { outcome: "error", code: "withdrawn", via: "withdrawal" } as const;
    const made = isWaiting(each) && EFFECT_POLICY[each.effect].changes;
    const message = withdrawn(reason, made);
    const ended = returned(each, waitTime(head, each), { ...data, message });
    return { ...ended, actor: operator(by), reason };
  });
  return [
    ...withdrawals({ ...head, operations: only }, reason),
    ...left,
    ...ends,
    ...wokenBy(head, "withdrawal"),
  ];
}
