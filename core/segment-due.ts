// Owns when a task needs a segment that is not on its way yet.
import { isOver } from "./reduce.ts";
import type { TaskHead } from "./task-head.ts";

/** Whether a command, a wake or the loss of a segment has left the task with work to do. */
export function isSegmentDue(head: TaskHead): boolean {
  if (isOver(head) || head.segment.queued) return false;
  if (head.status === "queued") return true;
  // Undoing may park, and is then woken.
  if (head.cancelling || head.compensation !== undefined) return head.park.wakeAt === undefined;
  // A lost segment leaves `running`; only an approval that is being opened may stay so.
  if (head.status !== "running" || !head.turn.open) return false;
  const open = head.operations;
  return open.length === 0 || open.some(({ state }) => !state.startsWith("approval-"));
}
