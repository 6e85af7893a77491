// Owns what of a log in memory has led to a request for an approval, as on a server.
import type { TaskEvent } from "../../contract/event.ts";
import { EVIDENCE_WINDOW } from "../../core/approval/approval-package.ts";
import type { MemoryTask } from "./memory-task.ts";

/** The message that opened the turn, the answer, and what is right before the request. */
export function evidence(
  { log, head }: MemoryTask,
  requestSeq: number,
  answerSeq = -1,
): readonly TaskEvent[] {
  const { openSeq = 0 } = head.turn;
  const recent = log.slice(Math.max(openSeq + 1, requestSeq - EVIDENCE_WINDOW), requestSeq);
  return [log[openSeq], log[answerSeq], ...recent].filter((each) => each !== undefined);
}
