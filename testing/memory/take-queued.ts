// Owns bringing a kept message into its turn in memory, as objects/agent/take-queued.ts does.
import { onTakeQueued } from "../../core/transition/message.ts";
import type { MemoryTask } from "./memory-task.ts";

export function takeQueued(task: MemoryTask, n: number): void {
  const kept = task.log.findLast((each) => each.type === "message.queued" && each.data.n === n);
  if (kept?.type !== "message.queued") throw new Error(`the task has no kept message ${n}`);
  task.record(onTakeQueued(task.head, kept));
}
