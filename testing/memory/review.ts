// Owns what a segment in memory does for an output review, as objects/agent/review.ts does.
import type { TaskEvent } from "../../contract/event.ts";
import { approvalPackage } from "../../core/approval/approval-package.ts";
import { canonicalJson } from "../../core/digest.ts";
import { REVIEW_CALL } from "../../core/review/review-call.ts";
import { heldAnswer } from "../../core/review/reviewed-answer.ts";
import type { Review } from "../../core/review/review-state.ts";
import { releaseAnswer, requestReview } from "../../core/transition/review.ts";
import { evidence } from "./evidence.ts";
import type { MemoryTask } from "./memory-task.ts";

export async function askForReview(task: MemoryTask, review: Review): Promise<void> {
  const { agent, log, clock } = task;
  const terms = await clock.work(() => task.approvalTerms(REVIEW_CALL));
  if ("outcome" in terms) throw new Error("the release of an answer is judged by no grant");
  const event = log[review.answerSeq];
  const sources = { agentVersion: agent.version, event, terms, at: clock.now() };
  task.record(requestReview(task.head, review, sources));
}

export function releaseHeld(task: MemoryTask, seq: number): void {
  task.record(releaseAnswer(task.head, task.agent, task.log[seq]));
}

/** What must follow from what the log says of a review. */
export function followReview(task: MemoryTask, event: TaskEvent): void {
  const { head, log, approvals } = task;
  if (event.type === "review.requested") {
    const { answerSeq, approvalId } = event.data;
    const held = heldAnswer(log[answerSeq]);
    if (held === undefined) throw new Error(`the log has no answer at entry ${answerSeq}`);
    const events = evidence(task, event.seq, answerSeq);
    const stale = log[head.review?.asked?.staleSeq ?? -1];
    const given = { text: canonicalJson(held.as) };
    const sources = { requested: event.data, arguments: given, events, stale };
    approvals.open(approvalId, approvalPackage(head, sources));
  }
  if (event.type !== "review.closed" || event.data.approvalId === undefined) return;
  const { approvalId, outcome } = event.data;
  if (outcome === "withdrawn" || outcome === "blocked")
    approvals.withdraw(approvalId, event.reason ?? outcome);
}
