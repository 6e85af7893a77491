// Owns which children a head has, and which calls are due to be sent to one: so many are at work at
// once, and the other calls wait for their turn, in order (F30).
import type { AgentLimits } from "../../contract/agent.ts";
import type { ChildView, SettledChild } from "../../contract/child.ts";
import { hasEnded } from "../../contract/status.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import type { ChildPart, WaitPart } from "../wait/wait-part.ts";
import { isWaiting, type WaitingOperation } from "../wait/wait-terms.ts";

/** Children that no call waits for and that a task keeps all the same, or waits to see end. */
export const MAX_KEPT_CHILDREN = 64;

export interface ChildAddress {
  readonly agent: string;
  readonly taskId: string;
}

/** An operation that waits for a child. */
export type ChildOperation = WaitingOperation & {
  readonly wait: WaitPart & { readonly child: NonNullable<WaitPart["child"]> };
};

export function isChildCall(operation: OpenOperation): operation is ChildOperation {
  return isWaiting(operation) && operation.wait.child !== undefined;
}

export function childAt(
  { children = [] }: Pick<TaskHead, "children">,
  { agent, taskId }: ChildAddress,
): ChildPart | undefined {
  return children.find((each) => each.agent === agent && each.taskId === taskId);
}

/** The child that a call was sent to; undefined for one that waits for its turn. */
export function childOf(
  { children = [] }: Pick<TaskHead, "children">,
  operationId: string,
): ChildPart | undefined {
  return children.find(({ operations }) => operations.includes(operationId));
}

/** The calls that are to be sent to their children now, in the order in which they were made. */
export function dueChildren(
  head: TaskHead,
  { maxOpenChildren }: Pick<AgentLimits, "maxOpenChildren">,
): readonly ChildOperation[] {
  const calls = head.operations.filter(isChildCall);
  if (calls.length === 0) return [];
  const working = new Set(
    (head.children ?? []).filter(({ operations }) => operations.length > 0).map(nameOf),
  );
  return calls.filter((each) => {
    if (childOf(head, each.operationId) !== undefined) return false;
    const name = nameOf(each.wait.child);
    // Another message to a child that is at work takes no further place.
    if (!working.has(name) && working.size >= maxOpenChildren) return false;
    working.add(name);
    return true;
  });
}

function nameOf({ agent, taskId }: ChildAddress): string {
  return `${agent}/${taskId}`;
}

/** Children that were told to end and have not said that they have, as long as they are waited for. */
export function awaitedChildren({ children = [], updatedAt }: TaskHead): readonly ChildPart[] {
  return children.filter(({ left }) => left !== undefined && left.until > updatedAt);
}

/** Of a task that has ended none: they were told to end, and say nothing to it any more. */
export function childViews({ children = [], status }: TaskHead): readonly ChildView[] {
  if (hasEnded(status)) return [];
  return children.map(({ agent, taskId, operations, left }) => ({
    agent,
    taskId,
    operations,
    ...(left === undefined ? {} : { leavingUntil: left.until }),
  }));
}

/** Of a task that ends now: children that have not said what became of them. */
export function unsettledChildren({ children = [] }: TaskHead): readonly SettledChild[] {
  return children.map(({ agent, taskId }) => ({ agent, taskId, outcome: "unknown" }));
}
