// Owns how an output review changes a head: the answer that is held back, and how far its decision
// is. When an answer is held back, and what follows, is in transition/review.ts.
import type { ApprovalNotice } from "../contract/approval.ts";
import type { ReviewEventData } from "../contract/review-event.ts";
import type { ReducersOf } from "./change-head.ts";
import { reviewDigest } from "./review/review-call.ts";
import type { Review, ReviewRequest } from "./review/review-state.ts";
import type { TaskHead } from "./task-head.ts";

export const REVIEW_REDUCERS: ReducersOf<keyof ReviewEventData> = {
  "review.due": (head, { step, answerSeq }) => ({
    ...head,
    review: { state: "due", step, answerSeq },
  }),
  "review.requested": (head, data, { seq }) => {
    if (head.review === undefined) return head;
    const { staleSeq, ...review } = head.review;
    const { approvalId, request, digest, argumentsDigest, agentVersion, policyVersion } = data;
    const what = { digest, argumentsDigest, agentVersion, policyVersion };
    const { expiresAt, rule } = data;
    const when = { expiresAt, quorum: rule.quorum, notices: 0 };
    const follows = staleSeq === undefined ? {} : { staleSeq };
    const asked = { approvalId, request, seq, ...what, ...when, ...follows };
    return { ...head, review: { ...review, state: "requested", asked } };
  },
  "review.noticed": (head, { approvalId, number, notice }, { seq }) => {
    const { review } = head;
    if (review?.asked?.approvalId !== approvalId) return head;
    const asked = { ...review.asked, notices: number };
    return { ...head, review: { ...review, ...after(head, review, asked, { notice, seq }) } };
  },
  "review.closed": (before, { outcome }) => {
    const { review: _, ...head } = before;
    if (outcome === "approved") return head;
    // The turn goes on, or has failed.
    const { endedBy: __, endedSeq: ___, ...turn } = head.turn;
    return { ...head, turn };
  },
};

interface Noticed {
  readonly notice: ApprovalNotice;
  readonly seq: number;
}

function after(
  head: TaskHead,
  review: Review,
  asked: ReviewRequest,
  { notice, seq }: Noticed,
): Partial<Review> {
  switch (notice.type) {
    case "opened":
      return { state: "open", asked: { ...asked, awakeableId: notice.awakeableId } };
    case "recorded": {
      const { approvals } = notice;
      return { asked: { ...editedBy(head, review, asked, { notice, seq }), approvals } };
    }
    case "decided": {
      const decided = editedBy(head, review, asked, { notice, seq });
      // It may speak of another answer than the one that is held back.
      const isOurs = notice.digest === decided.digest;
      return isOurs ? { state: "approved", asked: decided } : { state: "blocked", asked };
    }
    case "stale":
      return { state: "due", asked, staleSeq: seq };
    case "expired":
      return { state: "expired", asked };
    case "blocked":
    case "withdrawn":
      return { state: "blocked", asked };
    case "mismatch": {
      const { awakeableId: spent, ...rest } = asked;
      // The next one comes.
      return { asked: notice.awakeableId === spent ? rest : asked };
    }
    case "claimed": {
      const { by, at, until } = notice;
      return { asked: { ...asked, claim: { by, at, until } } };
    }
    case "released": {
      const { claim: _, ...rest } = asked;
      return { asked: rest };
    }
    case "refused":
    case "asked":
    case "reminded":
    case "escalated":
      return { asked };
  }
}

/** What is decided on now. An edit of another answer than this one changes nothing. */
function editedBy(
  { taskUid }: TaskHead,
  { step }: Review,
  asked: ReviewRequest,
  { notice, seq }: Noticed,
): ReviewRequest {
  if (!("edited" in notice) || notice.edited === undefined) return asked;
  const { argumentsDigest, digest } = notice.edited;
  return digest === reviewDigest(taskUid, step, { ...asked, argumentsDigest })
    ? { ...asked, digest, argumentsDigest, editSeq: seq }
    : asked;
}
