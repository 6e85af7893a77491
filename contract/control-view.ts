// Owns what control leaves in a task's status: a hold, and the report of what an end has left.
// Persisted in the head and the log: add optional fields only.
import type { SettledChild } from "./child.ts";
import type { TaskStatus } from "./status.ts";

/** What became of everything that a task had begun, when it ended. */
export interface SettlementReport {
  /** Effects that were undone at the end. */
  readonly undone: number;
  /** Effects that stay. */
  readonly committed: number;
  /** Of these nobody knows. */
  readonly unknown: number;
  /** Calls that had no effect, and waits and approvals that were closed. */
  readonly cancelled: number;
  /** What the end itself has settled, the last 64; the log has the rest. */
  readonly operations: readonly {
    readonly operationId: string;
    readonly tool: string;
    readonly outcome: SettledAs;
  }[];
  /** Children that were there when the end began, the last 64; absent where there were none. */
  readonly children?: readonly SettledChild[];
}

export type SettledAs = "undone" | "committed" | "unknown" | "cancelled";

/** Who holds a task, and why. */
export interface HoldCause {
  readonly kind: "paused" | "quarantined";
  readonly reason: string;
  readonly by?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Why nothing of a task goes on, though nothing in it waits: of two causes the graver one. */
export interface Hold extends HoldCause {
  /** The status that the task has but for the hold. */
  readonly from: TaskStatus;
  /** It is held with its parent task, which alone can lift that. */
  readonly above?: HoldCause;
  /** Beside `above`: it is held itself as well. */
  readonly own?: HoldCause;
}
