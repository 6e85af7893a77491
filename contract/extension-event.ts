// Owns what the task log says of asking people to extend a budget. Compatible as event.ts is: add
// event types and optional fields only.
import type { ApprovalNotice, ApprovalRule } from "./approval.ts";
import type { BudgetDimension, BudgetLevel } from "./budget.ts";

export interface ExtensionEventData {
  /** People are asked to add this much to a limit that has no room for the task's next call. */
  "extension.requested": {
    approvalId: string;
    /** `<taskUid>/budget/<number>`: of the approval's package. */
    operationId: string;
    /** From 1: of this task. */
    number: number;
    budget: string;
    level: BudgetLevel;
    dimension: BudgetDimension;
    amount: number;
    /** The limit that it is added to. */
    limit: number;
    /** What a decision must name. */
    digest: string;
    argumentsDigest: string;
    agentVersion: string;
    policyVersion: string;
    rule: ApprovalRule;
    /** Milliseconds since the epoch. */
    requestedAt: number;
    /** The `budget.denied` that it rests on. */
    evidence: { readonly seq: number; readonly hash: string };
  };
  /** What its approval has told, each thing once. Approved, the limit is changed. */
  "extension.noticed": { approvalId: string; number: number; notice: ApprovalNotice };
  /** The task goes on, or its turn fails. One that is withdrawn is decided by nobody any more. */
  "extension.closed": {
    approvalId: string;
    outcome: "approved" | "refused" | "withdrawn" | "void";
    reason?: string;
  };
}
