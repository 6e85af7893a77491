// Owns what children mean to the task that delegates to them: when a call is sent to one, and how its
// answer or its end ends the call (R24, R82). How a child is told to end is leave-child.ts's to say.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { AskedByParent, ChildNotice, ParentTask } from "../../contract/child.ts";
import type { EventBody } from "../../contract/event.ts";
import { childAnswer, childError, childTimedOut } from "../child/child-result.ts";
import type { ChildOperation } from "../child/children.ts";
import { childAt, childOf, isChildCall, MAX_KEPT_CHILDREN } from "../child/children.ts";
import { toolOf } from "../doubt.ts";
import { isOver } from "../reduce.ts";
import type { TaskHead } from "../task-head.ts";
import type { EndTime } from "../wait/wait-result.ts";
import { leaveChildOf } from "./leave-child.ts";
import { positionOf } from "./next-attempt.ts";
import { okData, returned } from "./returned.ts";
import { wokenBy } from "./unknown-effect.ts";
import { lateness, waitTime } from "./wait-time.ts";
import { wokenByEnd } from "./woken-by-end.ts";

/** What a child that this task makes keeps of it. */
export function parentOf(
  { agent, taskId, taskUid, parent }: TaskHead,
  { operationId, wait: { child } }: ChildOperation,
  { limits }: Pick<AgentDefinition, "limits">,
): ParentTask {
  const depth = depthOf(parent) + 1;
  const maxDepth = Math.min(limits.maxChildDepth, parent?.maxDepth ?? Infinity);
  const once = child.kept === true ? {} : { once: true as const };
  return { agent, taskId, taskUid, operationId, depth, maxDepth, ...once };
}

function depthOf(parent: ParentTask | undefined): number {
  return parent?.depth ?? 0;
}

/** Who asks, beside the agent. */
export function askedBy({ agent, turn }: TaskHead): AskedByParent {
  const { persons = [], crowded } = turn;
  return {
    agent,
    ...(persons.length === 0 ? {} : { persons }),
    ...(crowded === undefined ? {} : { crowded }),
  };
}

/** These calls, which are due, are sent to their children; or the model is told why not. */
export function onStartChildren(
  head: TaskHead,
  { limits }: Pick<AgentDefinition, "limits">,
  operations: readonly ChildOperation[],
): readonly EventBody[] {
  const most = Math.min(limits.maxChildDepth, head.parent?.maxDepth ?? Infinity);
  if (depthOf(head.parent) >= most) {
    const message = `Child tasks are made ${most} generations deep at most; do this yourself.`;
    return operations.map((each) => refused(head, each, "delegation_too_deep", message));
  }
  let room = MAX_KEPT_CHILDREN - (head.children ?? []).filter(isIdle).length;
  return operations.map((each): EventBody => {
    const { agent, taskId, kept } = each.wait.child;
    if (kept === true && childAt(head, { agent, taskId }) === undefined) {
      if (room <= 0) return refused(head, each, "too_many_children", TOO_MANY);
      room -= 1;
    }
    const data = { ...positionOf(each), agent, taskId };
    return { type: "child.started", data: kept === true ? { ...data, kept } : data };
  });
}

const isIdle = ({ operations }: { readonly operations: readonly string[] }): boolean =>
  operations.length === 0;

const TOO_MANY = `At most ${MAX_KEPT_CHILDREN} children are kept by a key; use one of them, or none.`;

function refused(
  head: TaskHead,
  operation: ChildOperation,
  code: string,
  message: string,
): EventBody {
  const error = { outcome: "error", code, message, via: "child" } as const;
  return returned(operation, waitTime(head, operation), error);
}

/** Nothing came by the deadline: the child is cancelled, or goes on alone. */
export function childLate(
  head: TaskHead,
  operation: ChildOperation,
  time: EndTime,
): readonly EventBody[] {
  const { child } = operation.wait;
  const started = childOf(head, operation.operationId) !== undefined;
  const goesOn = child.leaveRunning === true;
  const told = childTimedOut(child, time.dueAt, { started, goesOn });
  const end = { outcome: "error", ...told, via: "deadline", ...lateness(time) } as const;
  const ended = returned(operation, waitTime(head, operation), end);
  return goesOn ? [ended] : [...leaveChildOf(head, operation), ended];
}

/** Late, twice, or of a child that nobody waits for any more, it changes little or nothing. */
export function onChildNotice(
  head: TaskHead,
  notice: Omit<ChildNotice, "type">,
  { agent, now }: { readonly agent: AgentDefinition; readonly now: number },
): readonly EventBody[] {
  const part = childAt(head, notice);
  if (isOver(head) || part === undefined) return [];
  const { over, operationId, taskUid } = notice;
  const at = Math.max(now, head.updatedAt);
  const ended = head.operations.filter(isChildCall).flatMap((each): EventBody[] => {
    if (!part.operations.includes(each.operationId)) return [];
    if (each.operationId === operationId) return [endedCall(head, each, notice, { agent, at })];
    if (over === undefined) return [];
    // It was to answer these after that one.
    const end = { outcome: "ended", status: over } as const;
    return [endedCall(head, each, { ...notice, end }, { agent, at })];
  });
  if (ended.length > 0) return [...ended, ...wokenByEnd(head, "child")];
  if (over === undefined) return [];
  const gone = { agent: notice.agent, taskId: notice.taskId, taskUid, status: over };
  const others = (head.children ?? []).some((each) => each !== part && each.left !== undefined);
  const woken = head.cancelling && !others ? wokenBy(head, "child") : [];
  return [{ type: "child.ended", data: gone }, ...woken];
}

function endedCall(
  head: TaskHead,
  operation: ChildOperation,
  { end, over, ...notice }: Omit<ChildNotice, "type">,
  { agent, at }: { readonly agent: AgentDefinition; readonly at: number },
): EventBody {
  const { agent: name, taskId, taskUid } = notice;
  const child = { agent: name, taskId, taskUid, ...(over === undefined ? {} : { over }) };
  const time = waitTime(head, operation, at);
  if (end.outcome !== "answered") {
    const error = childError(child, end);
    return returned(operation, time, { outcome: "error", ...error, via: "child", child });
  }
  const ok = okData(head, operation, childAnswer(child, end, at), toolOf(agent, operation));
  return returned(operation, time, { ...ok, via: "child", child });
}
