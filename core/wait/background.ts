// Owns which operations are open in the background: waits that the turn goes on beside. All else that
// is open keeps the model from being asked.
import type { OpenOperation, TaskHead } from "../task-head.ts";
import type { WaitingOperation } from "./wait-terms.ts";
import { isWaiting } from "./wait-terms.ts";

export function isBackground(operation: OpenOperation): operation is WaitingOperation {
  return isWaiting(operation) && operation.wait.background === true;
}

export function backgroundOf({ operations }: Pick<TaskHead, "operations">) {
  return operations.filter(isBackground);
}

/** Whether something is open that the turn waits for. */
export function hasForeground({ operations }: Pick<TaskHead, "operations">): boolean {
  return operations.some((each) => !isBackground(each));
}

/** The head once there is something that the model has not seen: a turn that rested goes on. */
export function withNews(head: TaskHead): TaskHead {
  const { rests: _, ...turn } = head.turn;
  return { ...head, turn };
}
