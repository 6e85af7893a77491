// Owns how the events of children change a head. The rest of the table is in reduce.ts.
import type { EventData } from "../contract/event.ts";
import type { ReducersOf } from "./change-head.ts";
import type { ChildAddress } from "./child/children.ts";
import { childAt, MAX_KEPT_CHILDREN } from "./child/children.ts";
import type { TaskHead } from "./task-head.ts";
import type { ChildPart } from "./wait/wait-part.ts";

/** How long a task that ends waits for a child that was told to end, in milliseconds. */
const CHILD_SETTLE_MS = 30_000;
/** Children that a settlement report names. */
const REPORTED = 64;

export const CHILD_REDUCERS: ReducersOf<"child.started" | "child.left" | "child.ended"> = {
  "child.started": (head, { operationId, agent, taskId }) => {
    const before = childAt(head, { agent, taskId }) ?? { agent, taskId, operations: [] };
    return put(head, { ...before, operations: [...before.operations, operationId] });
  },
  "child.left": (head, { agent, taskId, by, compensate }, event) => {
    const operations = childAt(head, { agent, taskId })?.operations ?? [];
    const how = compensate === undefined ? { by } : { by, compensate };
    const left = { until: event.at + CHILD_SETTLE_MS, ...how };
    return put(head, { agent, taskId, operations, left });
  },
  "child.ended": (head, { agent, taskId, status }) => {
    const next = withoutChild(head, { agent, taskId });
    if (!head.cancelling) return next;
    const { cancelled = 0, operations = [], children = [] } = head.settling ?? {};
    const settled = [...children, { agent, taskId, outcome: status }].slice(-REPORTED);
    return { ...next, settling: { cancelled, operations, children: settled } };
  },
};

/** The head once a call of a child has ended, however. */
export function afterChildCall(
  head: TaskHead,
  { operationId, child }: Pick<EventData["tool.returned"], "operationId" | "child">,
): TaskHead {
  const part = (head.children ?? []).find(({ operations }) => operations.includes(operationId));
  if (part === undefined) return head;
  const call = head.operations.find((each) => each.operationId === operationId);
  const kept = call?.wait?.child?.kept === true;
  const operations = part.operations.filter((each) => each !== operationId);
  if (child?.over !== undefined) return withoutChild(head, part);
  // What has answered and nobody can name again is of no further interest.
  const isDone = child !== undefined && !kept && part.left === undefined;
  return isDone ? withoutChild(head, part) : put(head, { ...part, operations });
}

/** The oldest that nobody waits for gives way. */
function put(head: TaskHead, child: ChildPart): TaskHead {
  const { children = [] } = head;
  const isSame = (each: ChildPart): boolean =>
    each.agent === child.agent && each.taskId === child.taskId;
  const next = children.some(isSame)
    ? children.map((each) => (isSame(each) ? child : each))
    : [...children, child];
  const left = next.filter((each) => each.left !== undefined && each.operations.length === 0);
  const [oldest] = left.length > MAX_KEPT_CHILDREN ? left : [];
  return { ...head, children: next.filter((each) => each !== oldest) };
}

function withoutChild(before: TaskHead, { agent, taskId }: ChildAddress): TaskHead {
  const { children = [], ...head } = before;
  const rest = children.filter((each) => each.agent !== agent || each.taskId !== taskId);
  return rest.length === 0 ? head : { ...head, children: rest };
}
