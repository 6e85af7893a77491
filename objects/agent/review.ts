// Owns what a segment does for an output review: the request to `holdfast.approval`, sent again by a
// recovery, and the end of the turn with the answer that was approved (L15, R70).
import { approvalPackage } from "../../core/approval/approval-package.ts";
import { canonicalJson } from "../../core/digest.ts";
import { REVIEW_CALL } from "../../core/review/review-call.ts";
import { heldAnswer } from "../../core/review/reviewed-answer.ts";
import type { Review } from "../../core/review/review-state.ts";
import { releaseAnswer, requestReview } from "../../core/transition/review.ts";
import type { LogPlace } from "./request-approval.ts";
import { evidence, eventAt, sendOpen } from "./request-approval.ts";
import type { Segment } from "./segment.ts";

/** The answer is in the state before anybody is asked about it. */
export async function askForReview(segment: Segment, review: Review): Promise<void> {
  const { ctx, writer, agent, ports } = segment;
  writer.commit();
  const terms = await ctx.run("review-terms", () => ports.approvalTerms(REVIEW_CALL));
  if ("outcome" in terms) throw new Error("the release of an answer is judged by no grant");
  const event = await eventAt(segment, review.answerSeq);
  const sources = { agentVersion: agent.version, event, terms, at: writer.now };
  writer.record(requestReview(writer.head, review, sources));
  await sendReview(segment);
}

/** Sends the request, if one waits to be opened. The same request twice is one. */
export async function sendReview(place: LogPlace): Promise<void> {
  const { writer } = place;
  const { review } = writer.head;
  if (review?.state !== "requested" || review.asked === undefined) return;
  writer.commit();
  const { seq, staleSeq } = review.asked;
  const requested = await eventAt(place, seq);
  const held = heldAnswer(await eventAt(place, review.answerSeq));
  if (requested?.type !== "review.requested" || held === undefined)
    throw new Error(`the log has no request at entry ${seq}`);
  const events = await evidence(place, seq, review.answerSeq);
  const stale = staleSeq === undefined ? undefined : await eventAt(place, staleSeq);
  const given = { text: canonicalJson(held.as) };
  const sources = { requested: requested.data, arguments: given, events, stale };
  sendOpen(place, requested.data, approvalPackage(writer.head, sources));
}

/** The turn ends with the answer at this position, which was approved. */
export async function releaseHeld(segment: Segment, seq: number): Promise<void> {
  const { writer, agent } = segment;
  writer.record(releaseAnswer(writer.head, agent, await eventAt(segment, seq)));
}
