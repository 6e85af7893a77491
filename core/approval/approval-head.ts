// Owns the form of an approval's head: the small state from which every decision is judged. The
// package, edited arguments and the history are beside it, under keys of their own.
import type {
  ApprovalClaim,
  ApprovalPackage,
  ApprovalReceipt,
  ApprovalRule,
  ApprovalState,
  CapturedChange,
  Requester,
} from "../../contract/approval.ts";
import type { Proposal } from "../proposal.ts";
import { proposalDigest } from "../proposal.ts";

export const APPROVAL_HEAD_VERSION = 1;

/** A decision on what is decided on now; an edit drops those before it. */
export interface Vote {
  readonly receipt: ApprovalReceipt;
  /** What the caller sent, so that the same again is known (F14). */
  readonly asked: string;
}

/** The way by which a decision without our handlers may come. */
export type AwakeableState =
  | { readonly state: "none" }
  /** A waiter is on its way. */
  | { readonly state: "awaited" }
  | { readonly state: "open"; readonly id: string };

export interface ApprovalHead {
  readonly v: typeof APPROVAL_HEAD_VERSION;
  readonly approvalId: string;
  readonly operationId: string;
  readonly requester: Requester;
  readonly owner?: string;
  readonly policyVersion: string;
  readonly rule: ApprovalRule;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  /** Of what is decided on now. */
  readonly digest: string;
  /** Number of edits; the last one's arguments are what is decided on. */
  readonly edits: number;
  readonly votes: readonly Vote[];
  readonly questions: readonly Vote[];
  /** The last one, until it is released; it may have ended. */
  readonly claim?: ApprovalClaim;
  /** Claims so far; absent is none. */
  readonly claims?: number;
  /** Rungs of the ladder that were climbed. */
  readonly rungs: number;
  readonly awakeable: AwakeableState;
  /** Refused attempts, each kind once, so that nobody fills the log by repeating one. */
  readonly refused: readonly string[];
  /** Who settled it; set with `approved` and `rejected`. */
  readonly settled?: { readonly receipt: ApprovalReceipt; readonly by: readonly string[] };
  /** What the task found to have changed after it was approved. */
  readonly overtaken?: readonly CapturedChange[];
  /** Invocation ids of the timers of an open one; the shell's. */
  readonly timers?: readonly string[];
  /** How long it is kept after its end, in milliseconds; the shell's. Absent: as by default. */
  readonly retentionMs?: number;
  /** Number of notices so far. */
  readonly notices: number;
  /** Time of the last thing that happened; time never goes back. */
  readonly updatedAt: number;
}

export function proposalOf({ operationId, requester, call }: ApprovalPackage): Proposal {
  const { arguments: _, ...parts } = call;
  return { taskUid: requester.taskUid, operationId, ...parts };
}

export function newApproval(id: string, approval: ApprovalPackage): ApprovalHead {
  const { operationId, requester, owner, call, rule, requestedAt } = approval;
  return {
    v: APPROVAL_HEAD_VERSION,
    approvalId: id,
    operationId,
    requester,
    ...(owner === undefined ? {} : { owner }),
    policyVersion: call.policyVersion,
    rule,
    requestedAt,
    expiresAt: requestedAt + rule.expiresAfterMs,
    state: "open",
    digest: proposalDigest(proposalOf(approval)),
    edits: 0,
    votes: [],
    questions: [],
    rungs: 0,
    awakeable: { state: "awaited" },
    refused: [],
    notices: 0,
    updatedAt: requestedAt,
  };
}

/**
 * Brings a stored head to today's form (L13), or says that it is newer than this code.
 * Versions that can be read: 1.
 */
export function upcastApproval(stored: {
  readonly v: number;
}): ApprovalHead | { readonly newer: number } {
  if (stored.v > APPROVAL_HEAD_VERSION) return { newer: stored.v };
  return stored as ApprovalHead;
}
