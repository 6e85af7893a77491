// Owns the one list of task statuses (ARCHITECTURE 1).
import { z } from "zod";

export const TASK_STATUSES = [
  "queued",
  "running",
  "idle",
  "waiting-tool",
  "waiting-approval",
  "waiting-event",
  "waiting-timer",
  "waiting-child",
  "waiting-auth",
  "waiting-provider",
  "waiting-budget",
  "waiting-reconcile",
  "stale",
  "paused",
  "quarantined",
  "needs-operator",
  "cancelling",
  "completed",
  "failed",
  "cancelled",
  "killed",
  "retired",
] as const;

export const taskStatusSchema = z.enum(TASK_STATUSES);
export type TaskStatus = (typeof TASK_STATUSES)[number];

// `failed` is not among them: a message continues a failed task.
const ENDED: ReadonlySet<TaskStatus> = new Set(["completed", "cancelled", "killed", "retired"]);

/** Whether nothing can happen to the task any more. */
export function hasEnded(status: TaskStatus): boolean {
  return ENDED.has(status);
}
