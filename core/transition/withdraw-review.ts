// Owns the end of an output review, whatever its outcome, and its withdrawal (R70).
import type { EventBody, EventData } from "../../contract/event.ts";
import type { TaskHead } from "../task-head.ts";

/** Of a turn whose answer nobody needs to decide on any more, such as one that goes on. */
export function withdrawReview(head: TaskHead, reason: string): readonly EventBody[] {
  return reviewClosed(head, "withdrawn").map((each) => ({ ...each, reason }));
}

/** Nothing where no answer is held back. */
export function reviewClosed(
  { review }: TaskHead,
  outcome: EventData["review.closed"]["outcome"],
): readonly EventBody[] {
  if (review === undefined) return [];
  const { asked, state } = review;
  const id = asked === undefined || state === "due" ? {} : { approvalId: asked.approvalId };
  return [{ type: "review.closed", data: { ...id, outcome } }];
}
