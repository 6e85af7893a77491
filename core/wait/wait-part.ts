// Owns what a task's head keeps of its open waits and of its children. Persisted: add optional fields
// only.
import type { ChildTerms, WaitKind } from "../../contract/wait.ts";

/** What the head keeps of an open wait; the log has its terms. */
export interface WaitPart {
  readonly kind: WaitKind;
  /** When it ends by itself, milliseconds since the epoch. */
  readonly endsAt: number;
  /** Position of the event that holds the terms: the model's answer, or `wait.opened`. */
  readonly seq: number;
  /** Of a child: whom the call is for, and the terms that decide. */
  readonly child?: Pick<ChildTerms, "agent" | "taskId" | "kept" | "leaveRunning">;
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
