// Owns what tasks in memory tell each other, as objects/agent does by sends: the messages of calls,
// the word to end, and what a child has ended with.
import type { ChildNotice } from "../../contract/child.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { FollowCommand } from "../../contract/follow.ts";
import { followers, followParent, isTold } from "../../core/child/follow-parent.ts";
import type { LeaveChild, StartChild } from "../../core/child/child-command.ts";
import { leaveChild, startChild } from "../../core/child/child-command.ts";
import { isChildCall } from "../../core/child/children.ts";
import { controlProblem, onControl } from "../../core/control/on-control.ts";
import { onChildNotice } from "../../core/transition/child.ts";
import { onFollow } from "../../core/transition/follow.ts";
import { waitIn } from "../../core/wait/wait-terms.ts";
import { boundsOf, grantsOf } from "./memory-authority.ts";
import { applyCancel, applyMessage, command, wake } from "./memory-commands.ts";
import type { MemoryTask } from "./memory-task.ts";

/** What an event, which was just reduced, means to children. */
export function tellChildren(task: MemoryTask, event: TaskEvent): void {
  const { head, log, agent, family } = task;
  if (event.type === "child.left") family.leave(event.data, leaveChild(event.data));
  if (isTold(head, event)) {
    const told = followParent(head, grantsOf(log), event);
    for (const child of followers(head)) family.follow(child, told);
  }
  if (event.type !== "child.started") return;
  const { operationId } = event.data;
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined || !isChildCall(operation)) return;
  const wait = waitIn(log[operation.wait.seq], operation.ordinal);
  if (wait?.kind !== "child") throw new Error("the log has no message to the child");
  const given = { agent, message: wait.message, within: grantsOf(log) };
  family.start(event.data, startChild(head, operation, given));
}

/** The message of a call, to a child that is there already. */
export function tellChild(task: MemoryTask, { messageId, parts, digest, mode, asked }: StartChild) {
  applyMessage(task, { messageId, parts, digest, mode, asked });
}

export function leaveTask(task: MemoryTask, left: LeaveChild): void {
  if (left.type === "cancel") {
    applyCancel(task, left);
    return;
  }
  command(task, "abort", () => {
    const { head, agent, clock } = task;
    return controlProblem(head, left) === undefined
      ? onControl(head, left, { agent, now: clock.now() })
      : [];
  });
}

export function followTask(task: MemoryTask, told: FollowCommand): void {
  const now = told.hold?.kind === "quarantined" || told.hold?.when === "now";
  command(task, now ? "abort" : "yield", () => {
    const { head, agent, log } = task;
    return onFollow(head, told, { declared: agent.grants, bounds: boundsOf(log) });
  });
}

export function wakeForChild(task: MemoryTask, notice: ChildNotice): void {
  wake(task, () => {
    const { head, agent, clock } = task;
    return onChildNotice(head, notice, { agent, now: clock.now() });
  });
}
