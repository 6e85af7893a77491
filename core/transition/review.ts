// Owns the output review of an answer that is held back: what is next, the request to release it, and
// what follows from its decision (R70). What its approval tells the task is in review-notice.ts.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ApprovalTerms } from "../../contract/approval.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import { approvalId } from "../approval/approval-id.ts";
import { digestOf } from "../digest.ts";
import { reviewCall, reviewDigest, reviewOperation } from "../review/review-call.ts";
import { heldAnswer } from "../review/reviewed-answer.ts";
import type { Review } from "../review/review-state.ts";
import type { TaskHead } from "../task-head.ts";
import { followsStale } from "./approval.ts";
import { failTurn } from "./fail-turn.ts";
import { operator } from "./unknown-effect.ts";
import { reviewClosed } from "./withdraw-review.ts";

/** What is next for an answer that is held back; undefined where none is. */
export function reviewStep(
  head: TaskHead,
):
  | { readonly do: "request-review"; readonly review: Review }
  | { readonly do: "release-answer"; readonly seq: number }
  | { readonly do: "record"; readonly events: readonly EventBody[] }
  | { readonly do: "end" }
  | undefined {
  const { review, status } = head;
  switch (review?.state) {
    case undefined:
      return undefined;
    case "due":
      return { do: "request-review", review };
    case "requested":
      return { do: "end" };
    case "open":
      return status === parkOf(review).data.status
        ? { do: "end" }
        : { do: "record", events: [parkOf(review)] };
    case "approved":
      return { do: "release-answer", seq: review.asked?.editSeq ?? review.answerSeq };
    case "expired":
    case "blocked":
      return { do: "record", events: notReleased(head, review.state) };
  }
}

/** The task rests until a person has decided; where a request went stale, it says so. */
export function parkOf({ asked }: Review): Extract<EventBody, { type: "task.parked" }> {
  const data = followsStale(asked)
    ? ({ status: "stale", reason: "the terms of its output review have changed" } as const)
    : ({ status: "waiting-approval", reason: "the answer waits for its output review" } as const);
  return { type: "task.parked", data };
}

function notReleased(head: TaskHead, outcome: keyof typeof NOT_RELEASED): readonly EventBody[] {
  const failed = failTurn(head, head.step, `review_${outcome}`, NOT_RELEASED[outcome]);
  return [...reviewClosed(head, outcome), ...failed];
}

const NOT_RELEASED = {
  expired: "nobody released the answer in time",
  blocked: "the answer could not be put before a person; its approval says why",
} as const;

export interface ReviewSources {
  readonly agentVersion: string;
  /** The event at the review's `answerSeq`. */
  readonly event: TaskEvent | undefined;
  readonly terms: ApprovalTerms;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Exactly this answer is put before a person. */
export function requestReview(
  head: TaskHead,
  { step, answerSeq, asked }: Review,
  { agentVersion, event, terms, at }: ReviewSources,
): readonly EventBody[] {
  const held = heldAnswer(event);
  if (held === undefined) throw new Error(`the log has no answer at entry ${answerSeq}`);
  const { policyVersion, rule } = terms;
  const request = (asked?.request ?? 0) + 1;
  const operationId = reviewOperation(head.taskUid, step);
  const versions = { agentVersion, policyVersion };
  const call = { ...reviewCall(versions), argumentsDigest: digestOf(held.as) };
  const requestedAt = Math.max(at, head.updatedAt);
  const data = {
    operationId,
    answerSeq,
    ...call,
    digest: reviewDigest(head.taskUid, step, call),
    approvalId: approvalId(operationId, request),
    request,
    rule,
    requestedAt,
    expiresAt: requestedAt + rule.expiresAfterMs,
  };
  return [{ type: "review.requested", data }];
}

/** The turn ends with exactly what was approved, which is in `event`. */
export function releaseAnswer(
  head: TaskHead,
  { oneShot }: Pick<AgentDefinition, "oneShot">,
  event: TaskEvent | undefined,
): readonly EventBody[] {
  const asked = head.review?.asked;
  const held = heldAnswer(event);
  if (asked === undefined || held === undefined || digestOf(held.as) !== asked.argumentsDigest)
    return notReleased(head, "blocked");
  const { answer, author } = held;
  const { number, endedBy } = head.turn;
  const rewritten = author === undefined ? {} : { rewritten: true as const };
  const { approvalId: id } = asked;
  const completed: EventBody = {
    type: "turn.completed",
    actor: author === undefined ? { kind: "agent" } : operator(author.by),
    data: { turn: number, step: head.step, answer, approvalId: id, ...rewritten },
  };
  return [...reviewClosed(head, "approved"), completed, ...taskEnd(endedBy, oneShot)];
}

function taskEnd(endedBy: string | undefined, oneShot: boolean): readonly EventBody[] {
  if (endedBy !== undefined)
    return [{ type: "task.completed", data: { by: "ends-task", tool: endedBy } }];
  return oneShot ? [{ type: "task.completed", data: { by: "one-shot" } }] : [];
}
