// Owns the part of a task's head that is about its budget: what is reserved, what the budget was
// not told yet, why it denied, and whether people are asked to extend it. Persisted: add optional
// fields only.
import type { ApprovalClaim } from "../contract/approval.ts";
import type { Amounts, BudgetDenial, BudgetDimension, Settlement } from "../contract/budget.ts";

/** A tool call that a reservation was made for. */
export interface ReservedCall {
  readonly operationId: string;
  readonly amounts: Amounts;
  /** Once it is over. */
  readonly used?: Amounts;
  /** Milliseconds that it took, while nobody knows whether it had an effect. */
  readonly ms?: number;
}

/** People are asked to add to a limit that has no room. */
export interface Extension {
  readonly approvalId: string;
  readonly number: number;
  readonly budget: string;
  readonly dimension: BudgetDimension;
  readonly amount: number;
  /** What it is added to. */
  readonly limit: number;
  /** What a decision must name. */
  readonly digest: string;
  /** `void`: it cannot be decided on. */
  readonly state: "requested" | "open" | "approved" | "refused" | "void";
  /** Notices that were taken. */
  readonly notices: number;
  readonly awakeableId?: string;
  /** As of an approval of a call. */
  readonly claim?: ApprovalClaim;
  /** Milliseconds since the epoch; absent in old heads. */
  readonly requestedAt?: number;
  readonly expiresAt?: number;
  /** Of `refused`. */
  readonly reason?: string;
}

/** What a task has with its budget, `holdfast.budget/task/<taskUid>`. */
export interface TaskBudget {
  /** Number of the next reservation. */
  readonly next: number;
  /** Asked for, and not known to be over. `calls` where it is for tool calls. */
  readonly open?: {
    readonly n: number;
    readonly amounts: Amounts;
    readonly calls?: readonly ReservedCall[];
  };
  /** Granted for tool calls that are not all over. */
  readonly calls?: readonly { readonly n: number; readonly calls: readonly ReservedCall[] }[];
  /** What became of those that are over, until the budget was told. */
  readonly unsent: readonly Settlement[];
  /** Why the next one is waited for. */
  readonly denied?: BudgetDenial;
  /** Where the log says so. */
  readonly deniedAt?: { readonly seq: number; readonly hash: string };
  /** Absent while nobody is asked to extend. */
  readonly extension?: Extension;
  /** How often people were asked; absent is never. */
  readonly extensions?: number;
  /** What of tool calls is limited somewhere, as the budget said last. */
  readonly limited?: readonly BudgetDimension[];
  /** It has one of `concurrency`, until it is denied or rests. */
  readonly works?: true;
}
