// Owns what is wrong with an entry of a task's log that an approval names as evidence (R34).
import type { ApprovalEvidence } from "../../contract/approval.ts";

/** In words without content, or undefined; `found` is the hash that the log has there, if any. */
export function eventProblem(
  { seq, hash }: ApprovalEvidence["events"][number],
  found: string | undefined,
): string | undefined {
  if (found === undefined) return `event ${seq} of its evidence is not in the task's log`;
  return found === hash
    ? undefined
    : `event ${seq} of its evidence has another hash in the task's log`;
}
