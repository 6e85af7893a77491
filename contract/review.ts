// Owns the language of output reviews: when an answer goes to a person before it is released, the
// forms in which it is put before one, and what status shows of it. Who decides is an approval's.
import type { ApprovalClaim } from "./approval.ts";
import type { ArtifactRef } from "./artifact.ts";
import type { EffectClass } from "./effect-class.ts";

/** What policies, approval rules and approvals know the release of an answer as. */
export const REVIEW_SERVICE = "holdfast.review";

/**
 * When the answer of a turn goes to a person first: after every turn, or after one in which a call
 * of these classes took effect, or may have, and which has lasted longer than this (R70).
 */
export type ReviewWhen =
  | "always"
  | {
      /**
       * Milliseconds from the message that opened the turn to its answer, by the log. Default:
       * however long it was.
       */
      readonly longerThanMs?: number;
      /** Default: every class but `read`. */
      readonly effects?: readonly EffectClass[];
    };

/** The arguments of the call that a person decides on. An edit has one of the first two forms. */
export type ReviewedAnswer =
  | { readonly text: string }
  /** Of an agent with an output schema, or a tool's result. */
  | { readonly json: unknown }
  /** One that is too long for the log. */
  | { readonly artifact: ArtifactRef };

/** Of a task in `waiting-approval`: the request to release its turn's answer. */
export interface ReviewView {
  readonly approvalId: string;
  /** What a decision must name. */
  readonly digest: string;
  /** Absent for a moment, while another one is opened. */
  readonly awakeableId?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly approvals: number;
  readonly quorum: number;
  /** As of a call's approval. */
  readonly claim?: ApprovalClaim;
}

/** Output of the agent's private `checkAnswer`. */
export interface AnswerCheck {
  /** Why a person's answer cannot stand in the place of the agent's; absent where it can. */
  readonly problem?: string;
}
