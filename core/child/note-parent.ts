// Owns what a child tells its parent of an event of its own: the end of a turn that the parent has
// asked for, its own end, and that it does not take a message (R82). Once for each.
import type { ChildEnd, ChildNotice } from "../../contract/child.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { hasEnded } from "../../contract/status.ts";
import type { TaskHead } from "../task-head.ts";

/** `head` is as it is once the event was taken in. Undefined for what is nothing to a parent. */
export function noticeOf(
  head: TaskHead,
  event: TaskEvent,
  answersJson: boolean,
): ChildNotice | undefined {
  if (head.parent === undefined) return undefined;
  const { asked } = head.turn;
  if (event.type === "turn.completed" || event.type === "turn.failed")
    return asked === undefined ? undefined : notice(head, asked, endOf(event, answersJson));
  // Of somebody else's message the parent knows nothing, and finds none of its calls.
  if (event.type === "message.refused")
    return notice(head, event.data.messageId, { outcome: "ended", status: event.data.status });
  if (!ENDS.has(event.type)) return undefined;
  return notice(head, asked, { outcome: "ended", status: head.status });
}

const ENDS: ReadonlySet<TaskEvent["type"]> = new Set([
  "task.completed",
  "task.cancelled",
  "task.killed",
  "task.retired",
]);

function endOf(
  event: Extract<TaskEvent, { type: "turn.completed" | "turn.failed" }>,
  answersJson: boolean,
): ChildEnd {
  if (event.type === "turn.failed") {
    const { code, message } = event.data;
    return { outcome: "failed", code, message };
  }
  const { answer } = event.data;
  const json = answersJson ? { json: true as const } : {};
  return { outcome: "answered", ...(answer === undefined ? {} : { answer }), ...json };
}

function notice(head: TaskHead, operationId: string | undefined, end: ChildEnd): ChildNotice {
  const { agent, taskId, taskUid, status } = head;
  return {
    type: "child",
    agent,
    taskId,
    taskUid,
    ...(operationId === undefined ? {} : { operationId }),
    end,
    ...(hasEnded(status) ? { over: status } : {}),
  };
}

/** The notices that are not sent yet, with one more: an end that comes with an answer is told with it. */
export function withNotice(
  notices: readonly ChildNotice[],
  next: ChildNotice,
): readonly ChildNotice[] {
  const last = notices.at(-1);
  const follows = last?.operationId !== undefined && last.operationId === next.operationId;
  if (last === undefined || !follows || next.end.outcome !== "ended" || next.over === undefined)
    return [...notices, next];
  return [...notices.slice(0, -1), { ...last, over: next.over }];
}
