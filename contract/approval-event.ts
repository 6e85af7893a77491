// Owns what the task log says of approvals: the requests, and all that each of them told the task
// (L10). Compatible as event.ts is: add event types and optional fields only.
import type {
  ApprovalReceipt,
  ApprovalRule,
  CapturedChange,
  Deciders,
  DecisionKind,
  EditedCall,
  RefusalReason,
} from "./approval.ts";
import type { CallPosition } from "./call-position.ts";
import type { EffectClass } from "./effect-class.ts";

/** What a person is asked to allow. Versions, target and precondition are as they were captured. */
export interface Requested {
  toolVersion: string;
  effect: EffectClass;
  argumentsDigest: string;
  /** What a decision must name. */
  digest: string;
  approvalId: string;
  /** From 1: of this operation. */
  request: number;
  agentVersion: string;
  policyVersion: string;
  resource?: string;
  precondition?: string;
  /** As in ProposedCall. */
  preconditionValue?: string;
  rule: ApprovalRule;
  /** Milliseconds since the epoch. */
  requestedAt: number;
  expiresAt: number;
}

/** What an approval told the task. */
interface Told {
  operationId: string;
  approvalId: string;
  /** Of the approval's notices, from 1 without gaps. */
  number: number;
}

/** Type to data, as EventData. */
export interface ApprovalEventData {
  /** The tool is asked what a call would touch, before a person is asked about it. */
  "propose.requested": CallPosition;
  /** The exact call is put before a person (R33). */
  "approval.requested": CallPosition & Requested;
  "approval.opened": Told & { awakeableId: string };
  /** It counts, and more are needed. With `edited` that is what is decided on from now on. */
  "approval.recorded": Told & {
    receipt: ApprovalReceipt;
    approvals: number;
    quorum: number;
    edited?: EditedCall;
    message?: string;
  };
  "approval.decided": Told & {
    digest: string;
    decision: "approve" | "reject";
    /** Whose decision settled it. */
    by?: string;
    /** All whose approval of this digest counted, or who rejected. */
    persons: readonly string[];
    receiptId: string;
    via: "decide" | "awakeable";
    edited?: EditedCall;
    message?: string;
  };
  /** Somebody decided who may not (R35). */
  "approval.refused": Told & { decision: DecisionKind; reason: RefusalReason; by?: string };
  /** A decision that changed nothing: it did not parse or named another digest (F16). */
  "approval.mismatch": Told & { reason: string; by?: string; awakeableId?: string };
  "approval.asked": Told & { question: string; receipt: ApprovalReceipt };
  /** Somebody looks at it until then, in milliseconds since the epoch. */
  "approval.claimed": Told & { by: string; until: number; from?: string };
  "approval.released": Told & { by: string };
  "approval.reminded": Told & { rung: number };
  "approval.escalated": Told & { rung: number; to: Deciders };
  /** Nobody decided in time: the call is denied. */
  "approval.expired": Told;
  /** What was captured is otherwise now: the call is proposed anew (R37). */
  "approval.stale": {
    operationId: string;
    approvalId: string;
    changes: readonly CapturedChange[];
    /** Who has found it; absent where the approval itself said so. The approval is told. */
    found?: "effect" | "segment";
  };
  /** It cannot be decided on; the call is not executed. */
  "approval.blocked": Told & { reason: string };
  /** The task does not ask for it any more. */
  "approval.withdrawn": { operationId: string; approvalId: string; reason: string };
}
