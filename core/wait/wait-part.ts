// Owns what a task's head keeps of its open waits and of its children. Persisted: add optional fields
// only.
import type { ChildTerms, OperationsTerms, WaitKind } from "../../contract/wait.ts";

/** What the head keeps of an open wait; the log has its terms. */
export interface WaitPart {
  readonly kind: WaitKind;
  /** When it ends by itself, milliseconds since the epoch. */
  readonly endsAt: number;
  /** Position of the event that holds the terms: the model's answer, or `wait.opened`. */
  readonly seq: number;
  /** Of an event wait that is due: when its inbox was asked what it took; ms since the epoch. */
  readonly askedAt?: number;
  /** Of a child: whom the call is for, and the terms that decide. */
  readonly child?: Pick<ChildTerms, "agent" | "taskId" | "kept" | "leaveRunning">;
  /** The turn goes on beside it. */
  readonly background?: true;
  /** Of a wait for operations: which of them were open in the background when it began. */
  readonly operations?: Pick<OperationsTerms, "until" | "cancel"> & {
    readonly ids: readonly string[];
  };
}

/** A child task that is not known to have ended. */
export interface ChildPart {
  readonly agent: string;
  readonly taskId: string;
  /** The calls that wait for its answers. */
  readonly operations: readonly string[];
  /** It was told to end, and its parent's end waits for it until then; ms since the epoch. */
  readonly left?: {
    readonly until: number;
    readonly by: "cancel" | "retire";
    readonly compensate?: boolean;
  };
}
