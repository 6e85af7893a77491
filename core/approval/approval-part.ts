// Owns what a task's head keeps of the request for an approval of one of its operations. Persisted: add
// optional fields only.
import type { ApprovalClaim } from "../../contract/approval.ts";

/** What the head keeps of the request that counts; the log has the rest. */
export interface ApprovalPart {
  /** Of what is decided on now. */
  readonly digest: string;
  /** Number of the request, from 1, and position of its `approval.requested`. */
  readonly request: number;
  readonly seq: number;
  /** Position of the `approval.stale` of the request before, if one has led to this one. */
  readonly staleSeq?: number;
  /** Under which it was proposed: others make it stale. */
  readonly agentVersion: string;
  readonly policyVersion: string;
  /** Notices that were taken. */
  readonly notices: number;
  readonly awakeableId?: string;
  /** Silence until then is a denial; absent in old heads. */
  readonly expiresAt?: number;
  /** Approvals that count so far; absent is none. */
  readonly approvals?: number;
  /** What is decided on instead of the proposed arguments: the event that holds it. */
  readonly edit?: {
    readonly seq: number;
    readonly argumentsDigest: string;
    readonly price?: number;
  };
  /** Rungs of the ladder that were climbed; absent is none. */
  readonly rungs?: number;
  /** Who looked at it last, until it was released; it may have ended. */
  readonly claim?: ApprovalClaim;
  /** The attempt that was approved, when it is an earlier one (R96). */
  readonly approvedAs?: string;
}
