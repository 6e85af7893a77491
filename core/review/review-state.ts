// Owns the part of a head that is about reviewing a turn's answer: what of the turn decides whether
// it is reviewed, and the review that is open. Persisted: add optional fields only.
import type { ApprovalClaim } from "../../contract/approval.ts";
import type { EffectClass } from "../../contract/effect-class.ts";

export interface TurnRecord {
  /** When it was opened, ms since the epoch. Absent in a turn that older code has opened. */
  readonly openedAt?: number;
  /** Classes of its calls that took effect, or may have; absent is none. */
  readonly touched?: readonly EffectClass[];
  /** Of `endedBy`: position of the result. */
  readonly endedSeq?: number;
}

/** The answer of the turn is held back. */
export interface Review {
  /** `due`: nobody is asked yet. From `approved` on, what follows is the segment's to do. */
  readonly state: "due" | "requested" | "open" | "approved" | "expired" | "blocked";
  readonly step: number;
  /** Position of the event that holds the model's own answer. */
  readonly answerSeq: number;
  readonly asked?: ReviewRequest;
  /** Position of the notice by which the last request went stale; the next one follows it. */
  readonly staleSeq?: number;
}

/** What the head keeps of the request that counts; the log has the rest. */
export interface ReviewRequest {
  readonly approvalId: string;
  /** From 1: of this answer. */
  readonly request: number;
  /** Position of its `review.requested`. */
  readonly seq: number;
  /** As in Review: of the request that this one follows. */
  readonly staleSeq?: number;
  /** Of what is decided on now. */
  readonly digest: string;
  readonly argumentsDigest: string;
  readonly agentVersion: string;
  readonly policyVersion: string;
  readonly expiresAt: number;
  readonly quorum: number;
  /** Notices that were taken. */
  readonly notices: number;
  readonly awakeableId?: string;
  /** Absent is none. */
  readonly approvals?: number;
  /** As of an approval of a call. */
  readonly claim?: ApprovalClaim;
  /** Position of the notice that holds what a person put in the answer's place. */
  readonly editSeq?: number;
}
