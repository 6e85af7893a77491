// Owns the times that the end of a wait is recorded with: from when to when it waited, and how late
// its end was taken in.
import type { OpenOperation, TaskHead } from "../task-head.ts";
import type { EndTime } from "../wait/wait-result.ts";

/** From when to when it waited, by the log's time. */
export function waitTime(
  { updatedAt }: TaskHead,
  { toolVersion, since }: OpenOperation,
  now: number = updatedAt,
) {
  return {
    toolVersion,
    startedAt: since,
    durationMs: Math.max(0, Math.max(now, updatedAt) - since),
  };
}

export function lateness({ lateMs }: EndTime): { readonly lateMs?: number } {
  return lateMs === undefined ? {} : { lateMs };
}
