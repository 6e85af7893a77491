// Owns the language of approvals inside the house: the package that a person decides on, the
// rule of who decides, and what `holdfast.approval` is sent and tells the task. All of it is
// persisted or journaled: add optional fields only, or raise APPROVAL_VERSION. The bodies for
// the outside are in approval-api.ts.
import type { StoredText } from "./artifact.ts";
import type { EffectClass } from "./effect-class.ts";

export const APPROVAL_SERVICE = "holdfast.approval";
export const APPROVAL_VERSION = 1;
/** How long after its end an approval tells who decided what and when, in milliseconds: 30 days. */
export const DEFAULT_APPROVAL_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
/** A precondition's value travels beside its digest up to here, as canonical JSON in UTF-8. */
export const MAX_PRECONDITION_BYTES = 4 * 1024;

/** Who may decide: these persons, by their exact ids, or whoever asks. */
export type Deciders = "anyone" | readonly string[];

/** Who decides, how many, and until when (R35, R36, R97). Times are in milliseconds. */
export interface ApprovalRule {
  readonly deciders: Deciders;
  /** So many different persons must approve the same digest. */
  readonly quorum: number;
  /** Neither the task's owner nor who asked for the call decides it. */
  readonly separationOfDuties: boolean;
  /** After the request. Nobody having decided by then is a denial. */
  readonly expiresAfterMs: number;
  /**
   * In the order of time. Each rung reminds, and adds those who may decide from then on; one
   * without `deciders` only reminds (F13).
   */
  readonly escalation: readonly { readonly afterMs: number; readonly deciders?: Deciders }[];
  /**
   * Holding the awakeable's id is enough to decide, and so is deciding without a name. Counts
   * only where anyone may decide and one is enough.
   */
  readonly bareAwakeable: boolean;
}

/** Under which policy, and by which rule, a call is proposed. */
export interface ApprovalTerms {
  /** SHA-256 over the policy set; empty where no policy was asked. */
  readonly policyVersion: string;
  readonly rule: ApprovalRule;
}

/** The exact proposed call (R33). Its digest is `proposalDigest` of core/proposal.ts. */
export interface ProposedCall {
  readonly tool: string;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  readonly arguments: StoredText;
  /** SHA-256 of the canonical arguments. */
  readonly argumentsDigest: string;
  readonly agentVersion: string;
  /** Of the policy set under which it was proposed. */
  readonly policyVersion: string;
  /** What the call touches, such as `order/1017`. */
  readonly resource?: string;
  /** SHA-256 of the fingerprint of the outside state on which it rests (R38). */
  readonly precondition?: string;
  /** The fingerprint as canonical JSON, where it is short (MAX_PRECONDITION_BYTES). */
  readonly preconditionValue?: string;
}

/** What led to the proposal (R34). Every reference must be there, with this hash. */
export interface ApprovalEvidence {
  /** Of the requester's task log. */
  readonly events: readonly { readonly seq: number; readonly hash: string }[];
  readonly artifacts: readonly { readonly sha256: string; readonly size: number }[];
}

/** On whose behalf the call was proposed. */
export interface Requester {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  /** The person whose message opened the turn. */
  readonly by?: string;
  /** All persons whose messages are in the turn, where others than `by` wrote too (R35). */
  readonly persons?: readonly string[];
  /** More persons than a task keeps: nobody is known not to be one of them. */
  readonly crowded?: true;
}

/** Input of `open`, and all that a person decides on. */
export interface ApprovalPackage {
  readonly v: typeof APPROVAL_VERSION;
  readonly operationId: string;
  /** From 1: of this operation. The approval's key is made of both (core/approval/approval-id.ts). */
  readonly request: number;
  readonly requester: Requester;
  readonly owner?: string;
  readonly tenant?: string;
  readonly call: ProposedCall;
  readonly evidence: ApprovalEvidence;
  readonly rule: ApprovalRule;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  /** The request that this one takes the place of, and what has changed since it was made. */
  readonly follows?: {
    readonly approvalId: string;
    readonly changes: readonly CapturedChange[];
  };
}

/** Something that was captured in the package and is otherwise now (R37), wherever it is found. */
export interface CapturedChange {
  /** `precondition`, `policy-version`, `tool-version`, `resource`, and so on. */
  readonly what: string;
  readonly captured: string;
  /** Empty where nothing is said of it any more. */
  readonly now: string;
  /** Of a precondition, whose digests are above: its values as canonical JSON, where short. */
  readonly capturedValue?: string;
  readonly nowValue?: string;
}

/** New arguments that a decider put in the place of the proposed ones (R39). */
export interface EditedCall extends Pick<
  ProposedCall,
  "arguments" | "argumentsDigest" | "resource" | "precondition" | "preconditionValue"
> {
  /** Of the call with these arguments: what is approved now. */
  readonly digest: string;
  /** What the call with these arguments costs, in micro-units; absent is nothing. */
  readonly price?: number;
}

export const DECISIONS = ["approve", "reject", "edit", "ask"] as const;
export type DecisionKind = (typeof DECISIONS)[number];

/** Proof that a decision was recorded: the same decision again gets the same one (F14). */
export interface ApprovalReceipt {
  readonly approvalId: string;
  readonly decision: DecisionKind;
  /** What it counts for: of an edit, the new digest. */
  readonly digest: string;
  readonly by?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** SHA-256 of the canonical JSON of the fields above. */
  readonly receiptId: string;
}

/** Who looks at an open approval now. Times in milliseconds since the epoch. */
export interface ApprovalClaim {
  readonly by: string;
  readonly at: number;
  /** From then on it is as if there were none. */
  readonly until: number;
}

/** Where an approval stands. All but `open` are final. */
export const APPROVAL_STATES = [
  "open",
  "approved",
  "rejected",
  "expired",
  "withdrawn",
  "stale",
  "blocked",
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** Why a decision was refused without changing anything. */
export type RefusalReason = "not-a-decider" | "own-request" | "nameless" | "policy" | "too-many";

/** What happened to an approval. Each is told to the task, whose log keeps it (L10). */
export type ApprovalNotice = { readonly at: number } & (
  | { readonly type: "opened"; readonly awakeableId: string; readonly digest: string }
  /** It counts, and more are needed. */
  | {
      readonly type: "recorded";
      readonly receipt: ApprovalReceipt;
      readonly approvals: number;
      readonly quorum: number;
      readonly edited?: EditedCall;
      readonly message?: string;
    }
  /** Settled by persons: the one and only outcome. */
  | {
      readonly type: "decided";
      readonly decision: "approve" | "reject";
      readonly digest: string;
      /** All whose approval of this digest counted, or who rejected; empty for a bare awakeable. */
      readonly by: readonly string[];
      /** Of the decision that settled it. */
      readonly receipt: ApprovalReceipt;
      /** What is to be executed instead of the proposed arguments. */
      readonly edited?: EditedCall;
      readonly message?: string;
      readonly via: "decide" | "awakeable";
    }
  /** A decision that changed nothing, by someone who may not make it (R35). */
  | {
      readonly type: "refused";
      readonly decision: DecisionKind;
      readonly reason: RefusalReason;
      readonly by?: string;
    }
  /** A decision that changed nothing: it named another digest, or was none (F16). */
  | {
      readonly type: "mismatch";
      readonly reason: string;
      readonly by?: string;
      /** Of the awakeable that was spent on it; a new one is opened. */
      readonly awakeableId?: string;
    }
  | { readonly type: "asked"; readonly question: string; readonly receipt: ApprovalReceipt }
  /** Somebody looks at it until then; `from`: whose claim it takes over. */
  | {
      readonly type: "claimed";
      readonly by: string;
      readonly until: number;
      readonly from?: string;
    }
  | { readonly type: "released"; readonly by: string }
  | { readonly type: "reminded"; readonly rung: number }
  | { readonly type: "escalated"; readonly rung: number; readonly to: Deciders }
  | { readonly type: "expired" }
  | { readonly type: "withdrawn"; readonly reason: string }
  | { readonly type: "stale"; readonly changes: readonly CapturedChange[] }
  /** The package cannot be decided on: evidence is missing, or it contradicts itself. */
  | { readonly type: "blocked"; readonly reason: string }
);

/** What the task's `wake` is sent. */
export interface ApprovalWake {
  readonly v: 1;
  readonly type: "approval";
  readonly approvalId: string;
  readonly operationId: string;
  /** From 1, without gaps: of the notices of this approval. */
  readonly number: number;
  readonly notice: ApprovalNotice;
}

/** Input of the private `tick`: the rung whose time has come, or the end. */
export interface ApprovalTick {
  readonly v: typeof APPROVAL_VERSION;
  readonly due: "expiry" | { readonly rung: number };
}

/** Input of the private `forget`. */
export interface ForgetInput {
  readonly v: typeof APPROVAL_VERSION;
}

/** Input of the private `withdraw`. */
export interface WithdrawInput {
  readonly v: typeof APPROVAL_VERSION;
  readonly reason: string;
}

/** Input of the private `changed`. Of an approved request it is kept, and undoes no decision. */
export interface ChangedInput {
  readonly v: typeof APPROVAL_VERSION;
  readonly changes: readonly CapturedChange[];
  /** What was compared; an edit since then is not stale for that. Absent: whatever is open. */
  readonly digest?: string;
}
