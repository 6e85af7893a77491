// Owns what the approval of an output review tells the task: each notice is logged, and most change
// what becomes of the answer (R35, R70). The approval itself has judged who may decide.
import type { ApprovalNotice, ApprovalWake } from "../../contract/approval.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { noticeActor } from "../approval/notice-actor.ts";
import type { TaskHead } from "../task-head.ts";
import type { Review } from "../review/review-state.ts";
import { parkOf } from "./review.ts";
import { wokenBy } from "./unknown-effect.ts";
import { reviewClosed } from "./withdraw-review.ts";

/** Undefined for a notice of another approval than that of the review. */
export function onReviewNotice(
  head: TaskHead,
  { approvalId, number, notice }: ApprovalWake,
): readonly EventBody[] | undefined {
  const { review } = head;
  if (review?.asked?.approvalId !== approvalId) return undefined;
  const isOpen = review.state === "requested" || review.state === "open";
  if (!isOpen || number <= review.asked.notices) return [];
  const data = { approvalId, number, notice };
  return [
    { type: "review.noticed", ...noticeActor(notice), data },
    ...followedBy(head, review, notice),
  ];
}

function followedBy(head: TaskHead, review: Review, notice: ApprovalNotice): readonly EventBody[] {
  switch (notice.type) {
    case "opened":
      return mayRest(head, parkOf(review).data.status) ? [parkOf(review)] : [];
    case "decided":
      return [
        ...(notice.decision === "reject" ? rejected(head, notice.message) : []),
        ...wokenBy(head, "decision"),
      ];
    case "expired":
    case "stale":
    case "blocked":
    case "withdrawn":
      return wokenBy(head, "approval");
    case "recorded":
    case "mismatch":
    case "refused":
    case "asked":
    case "claimed":
    case "released":
    case "reminded":
    case "escalated":
      return [];
  }
}

/** A segment that is on its way, or comes after a hold, says it otherwise. */
function mayRest({ status, segment, hold }: TaskHead, as: TaskStatus): boolean {
  return !segment.queued && hold === undefined && status !== as;
}

/** The turn goes on, with what the person said. */
function rejected(head: TaskHead, message: string | undefined): readonly EventBody[] {
  return reviewClosed(head, "rejected").map((each) =>
    each.type === "review.closed" && message !== undefined
      ? { ...each, data: { ...each.data, message } }
      : each,
  );
}
