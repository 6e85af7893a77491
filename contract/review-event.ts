// Owns what the task log says of output reviews. Compatible as event.ts is: add event types and
// optional fields only.
import type { Requested } from "./approval-event.ts";
import type { ApprovalNotice } from "./approval.ts";
import type { EffectClass } from "./effect-class.ts";

export interface ReviewEventData {
  /** The turn has its answer, and a person is to release it. */
  "review.due": {
    turn: number;
    step: number;
    /** Position of the event that holds the answer: the model's, or the result of `tool`. */
    answerSeq: number;
    /** Which has ended the turn. */
    tool?: string;
    /** Milliseconds since the message that opened the turn; absent in a turn of older code. */
    lastedMs?: number;
    /** Classes of the calls of the turn that took effect, or may have. */
    touched: readonly EffectClass[];
  };
  /** The exact answer is put before a person. */
  "review.requested": Requested & {
    /** `<taskUid>/review/<step>`: of the approval's package. */
    operationId: string;
    tool: string;
    answerSeq: number;
  };
  /** What its approval has told, each thing once. */
  "review.noticed": { approvalId: string; number: number; notice: ApprovalNotice };
  /** Approved, the answer is released right behind it. Rejected or withdrawn, the turn goes on. */
  "review.closed": {
    /** Absent where nobody was asked yet. */
    approvalId?: string;
    outcome: "approved" | "rejected" | "expired" | "blocked" | "withdrawn";
    /** Of `rejected`: what the model reads. */
    message?: string;
  };
}

/** Of an answer that a person has released. */
export interface Released {
  approvalId?: string;
  /** It is the person's and not the model's: the event's actor wrote it. */
  rewritten?: true;
}
