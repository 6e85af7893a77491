// Owns ending what a task waits for before it comes: all of it, by a message that interrupts or
// with the task, and one operation alone. What is recorded here is the calls' results.
import type { EventBody } from "../../contract/event.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { TaskHead } from "../task-head.ts";
import { withdrawn } from "../wait/wait-result.ts";
import type { WaitingOperation } from "../wait/wait-terms.ts";
import { isWaiting } from "../wait/wait-terms.ts";
import { leaveChildOf } from "./leave-child.ts";
import { returned } from "./returned.ts";
import { waitTime } from "./wait-time.ts";

/**
 * Ends every open wait, for a reason that the model may read: the rest of a sentence, without
 * secrets. For whatever ends or interrupts a turn; to be recorded before the operations are dropped.
 * Children that are waited for are told to end first.
 */
export function onWithdrawWaits(head: TaskHead, reason: string): readonly EventBody[] {
  return head.operations
    .filter(isWaiting)
    .flatMap((each) => [...leaveChildOf(head, each), withdrawnWait(head, each, reason)]);
}

function withdrawnWait(head: TaskHead, operation: WaitingOperation, reason: string): EventBody {
  const message = withdrawn(reason, EFFECT_POLICY[operation.effect].changes);
  return returned(operation, waitTime(head, operation), {
    outcome: "error",
    code: "withdrawn",
    message,
    via: "withdrawal",
  });
}
