// Owns how children are told to end: one that no call waits for any more, and all of them with their
// parent (F31). Recorded before what it follows from, so that whoever ends the task finds it.
import type { EventBody } from "../../contract/event.ts";
import type { ChildAddress } from "../child/children.ts";
import { childOf, isChildCall } from "../child/children.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

/** The child of a call is told to end, unless another call of this task waits for it too. */
export function leaveChildOf(
  head: TaskHead,
  operation: OpenOperation,
  compensate?: boolean,
): readonly EventBody[] {
  if (!isChildCall(operation)) return [];
  const child = childOf(head, operation.operationId);
  if (child === undefined || child.left !== undefined || child.operations.length > 1) return [];
  return [left(child, "cancel", compensate)];
}

/** Every child is told to end, with the task. */
export function leaveChildren(
  { children = [] }: TaskHead,
  by: "cancel" | "retire",
  compensate?: boolean,
): readonly EventBody[] {
  return children
    .filter((each) => each.left === undefined)
    .map((each) => left(each, by, compensate));
}

function left(
  { agent, taskId }: ChildAddress,
  by: "cancel" | "retire",
  compensate: boolean | undefined,
): EventBody {
  const data = { agent, taskId, by };
  return { type: "child.left", data: compensate === undefined ? data : { ...data, compensate } };
}
