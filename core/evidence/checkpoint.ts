// Owns after which events a log's end is signed: at every end of a task, and every so many entries.
import { SIGNED_EVERY } from "../../contract/signed-head.ts";
import type { EventType, TaskEvent } from "../../contract/event.ts";

const ENDS: readonly EventType[] = [
  "task.completed",
  "task.cancelled",
  "task.retired",
  "task.killed",
  "task.erased",
];

export function isCheckpoint({ seq, type }: TaskEvent): boolean {
  return seq % SIGNED_EVERY === SIGNED_EVERY - 1 || ENDS.includes(type);
}
