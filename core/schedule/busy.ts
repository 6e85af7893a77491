// Owns whether a task is at work, as schedules see it: only a task that rests between two turns,
// or has ended, is not.
import { hasEnded, type TaskStatus } from "../../contract/status.ts";

export function isBusy(status: TaskStatus): boolean {
  return status !== "idle" && status !== "failed" && !hasEnded(status);
}
