// Owns how a task in memory reaches the others of its runner: what it would send to their objects.
import type { ChildNotice } from "../../contract/child.ts";
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { FollowCommand } from "../../contract/follow.ts";
import type { LeaveChild, StartChild } from "../../core/child/child-command.ts";
import type { ChildAddress } from "../../core/child/children.ts";
import type { TaskHead } from "../../core/task-head.ts";

export interface MemoryKin {
  serves(agent: string): boolean;
  /** A message to a child, which is made of the first. */
  start(child: ChildAddress, command: StartChild): void;
  leave(child: ChildAddress, command: LeaveChild): void;
  /** How its parent is held, and what that one may do. */
  follow(child: ChildAddress, command: FollowCommand): void;
  /** What a task of the family is and may do, right before an effect. */
  viewOf(task: ChildAddress, operationId: string): AuthorityView;
  tellParent(child: TaskHead, notice: ChildNotice): void;
}
