// Owns the bodies of the public handlers of `holdfast.approval`, `decide` and `show`, as zod
// schemas, and the ports through which the approval object reaches the world.
import { z } from "zod";
import type {
  APPROVAL_VERSION,
  ApprovalClaim,
  ApprovalEvidence,
  ApprovalNotice,
  ApprovalPackage,
  ApprovalReceipt,
  ApprovalState,
  CapturedChange,
  Deciders,
  DecisionKind,
  EditedCall,
  ProposedCall,
  Requester,
} from "./approval.ts";
import type { StoreText } from "./artifact.ts";
import type { ErrorCode } from "./errors.ts";
import { sha256Schema } from "./ids.ts";
import { textSchema } from "./text.ts";

/** Longest name, message and question, in UTF-16 units. */
const MAX_NAME = 256;
const MAX_MESSAGE = 8192;
const MAX_QUESTION = 2048;

// What no name has: control and invisible formatting characters make two of one.
const UNNAMEABLE = /[\p{Cc}\p{Cf}]/u;
/** A person's name where it says who decides. */
export const deciderSchema = textSchema
  .min(1)
  .max(MAX_NAME)
  .refine((name) => name.trim() === name, "must not begin or end with a space")
  .refine((name) => !UNNAMEABLE.test(name), "must not contain control or invisible characters");

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const decisionBase = { digest: sha256Schema, by: deciderSchema.optional() };
const message = textSchema.max(MAX_MESSAGE).optional();

/** Body of `decide`. `digest` is the one that `show` shows. */
export const decideInputSchema = z.discriminatedUnion("decision", [
  z.strictObject({ decision: z.literal("approve"), ...decisionBase, message }),
  z.strictObject({ decision: z.literal("reject"), ...decisionBase, message }),
  z.strictObject({
    decision: z.literal("edit"),
    ...decisionBase,
    message,
    /** In the place of all the proposed ones. */
    // Not a record: the schema would drop a key of some names in silence.
    arguments: z.unknown().refine(isObject, "must be an object"),
  }),
  z.strictObject({
    decision: z.literal("ask"),
    ...decisionBase,
    question: textSchema.min(1).max(MAX_QUESTION),
  }),
]);
export type DecideInput = z.infer<typeof decideInputSchema>;

/** Answer of `decide`. */
export interface DecideResult {
  readonly result: "settled" | "recorded" | "asked";
  readonly state: ApprovalState;
  readonly receipt: ApprovalReceipt;
  /** Of the current digest, and how many there must be. */
  readonly approvals: number;
  readonly quorum: number;
  /** Another person was looking at it; the decision counts all the same. */
  readonly claimedBy?: string;
}

/** Body of `preview`: a decision on what is decided on now. */
export const previewInputSchema = z.strictObject({
  decision: z.enum(["approve", "reject"]),
  by: deciderSchema.optional(),
});
export type PreviewInput = z.infer<typeof previewInputSchema>;

/** What a decision would come to if it were made now. */
export type ForeseenDecision =
  | Pick<DecideResult, "result" | "state" | "approvals" | "quorum" | "claimedBy">
  | {
      readonly result: "refused";
      readonly code: ErrorCode;
      readonly message: string;
      readonly details?: Readonly<Record<string, string>>;
    };

/** Answer of `preview`; the decision then names `approval.digest`. Nothing is recorded. */
export interface DecisionPreview {
  readonly approval: ApprovalView;
  readonly foreseen: ForeseenDecision;
}

/** Body of `show`. */
export const showInputSchema = z
  .strictObject({
    /** Also asks the tool whether what was captured still holds; if not, the approval is stale. */
    compare: z.boolean().default(false),
  })
  .default({ compare: false });
export type ShowInput = z.infer<typeof showInputSchema>;

/** Answer of `show`: all that a person decides on, and how it stands. */
export interface ApprovalView {
  readonly approvalId: string;
  readonly state: ApprovalState;
  /** What a decision must name. */
  readonly digest: string;
  /** The call as it was proposed; `edited` has what stands in its place. */
  readonly call: ProposedCall;
  readonly edited?: EditedCall;
  readonly requester: Requester;
  readonly owner?: string;
  readonly tenant?: string;
  readonly operationId: string;
  readonly request: number;
  readonly evidence: ApprovalEvidence;
  /** The request before, and what has changed since it was made. */
  readonly follows?: NonNullable<ApprovalPackage["follows"]>;
  /** Who may decide now, and who may not in any case. */
  readonly deciders: Deciders;
  readonly excluded: readonly string[];
  /** Approvals of the current digest, and how many there must be. */
  readonly approvals: number;
  readonly quorum: number;
  readonly receipts: readonly ApprovalReceipt[];
  readonly questions: readonly { readonly question: string; readonly receipt: ApprovalReceipt }[];
  /** Who looks at it now. */
  readonly claim?: ApprovalClaim;
  /** While it is open to a decision from outside. */
  readonly awakeableId?: string;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly expiresAt: number;
  /**
   * What was captured and is otherwise now (R37). Of an approved call: found right before its
   * effect, which was not made; the task has asked anew.
   */
  readonly changes: readonly CapturedChange[];
  /** All that happened, oldest first; the first 256. */
  readonly history: readonly ApprovalNotice[];
}

/** May this person make this decision on this call? Asked after the rule has said yes. */
export interface DecideQuestion {
  readonly decision: DecisionKind;
  readonly by?: string;
  readonly approval: ApprovalPackage;
  /** What is decided on in the place of the proposed arguments. */
  readonly edited?: EditedCall;
  /** Another person who looks at it now. */
  readonly claimedBy?: string;
}

export interface DecideVerdict {
  readonly allowed: boolean;
  readonly policyVersion: string;
  /** The app that serves approvals has other policies, and not the agent that asks: no verdict. */
  readonly foreign?: true;
}

/** Input of the agent object's `checkEvidence`. */
export interface EvidenceQuestion {
  readonly v: typeof APPROVAL_VERSION;
  readonly events: ApprovalPackage["evidence"]["events"];
}

/** Answer of `checkEvidence`. */
export interface EvidenceAnswer {
  /** What is missing, in words without content. */
  readonly problem?: string;
}

/** How the approval object reaches the world, inside its actions. */
export interface ApprovalPorts {
  /**
   * A policy version other than the package's makes the approval stale. Rejects when something
   * is down, is then asked again a few times, and denies in the end.
   */
  readonly mayDecide: (question: DecideQuestion) => Promise<DecideVerdict>;
  /**
   * What is wrong with the evidence, in words without content, or undefined. Rejects when it
   * could not be looked at, is then asked again a few times, and blocks in the end.
   */
  readonly evidenceProblem: (approval: ApprovalPackage) => Promise<string | undefined>;
  /** Keeps edited arguments that are above `inlineLimitBytes`. */
  readonly storeText: StoreText;
  readonly inlineLimitBytes: number;
  /** How long after its end an approval is kept; default DEFAULT_APPROVAL_RETENTION_MS. */
  readonly retentionMs?: number;
}
