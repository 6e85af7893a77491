// Owns how a task and the child tasks that it delegates to know each other (R24, R82): what a child
// keeps of its parent for life, and what it tells it. Persisted in heads, logs and journals: add
// optional fields only.
import type { StoredText } from "./artifact.ts";
import type { TaskStatus } from "./status.ts";

/** Characters of a message to a child, and of the key that a later call names it by. */
export const MAX_CHILD_MESSAGE = 16_384;
export const MAX_CHILD_KEY = 128;

/** An agent that tasks may be delegated to; an AgentDefinition is one. */
export interface ChildAgent {
  readonly name: string;
  /** What to give it; the model reads it. */
  readonly description?: string;
}

/** Of a child: whose call has made it. Never taken from outside. */
export interface ParentTask {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly operationId: string;
  /** 1 for the child of a task that has no parent. */
  readonly depth: number;
  /** The least of what the agents above allow. */
  readonly maxDepth: number;
  /** Its first answer completes it: no later call can name it. */
  readonly once?: true;
}

/** That a message was sent by the parent, which waits for the answer of its turn. */
export interface AskedByParent {
  readonly agent: string;
  /** Who has a part in the parent's turn: they approve nothing of the child's either (R97). */
  readonly persons?: readonly string[];
  readonly crowded?: true;
}

/** What a turn of a child has ended with. */
export type ChildEnd =
  | {
      readonly outcome: "answered";
      readonly answer?: StoredText;
      /** The answer is JSON of its agent's output schema. */
      readonly json?: true;
    }
  | { readonly outcome: "failed"; readonly code: string; readonly message: string }
  /** It has ended, and answers nothing more. */
  | { readonly outcome: "ended"; readonly status: TaskStatus };

/** What a child sends to its parent's `wake`: once for each turn that the parent asked for. */
export interface ChildNotice {
  readonly type: "child";
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  /** The call that has asked for the turn; absent where none has. */
  readonly operationId?: string;
  readonly end: ChildEnd;
  /** The status that it has ended with, if it has. */
  readonly over?: TaskStatus;
}

/** A child that a task has, as its status shows it. */
export interface ChildView {
  readonly agent: string;
  readonly taskId: string;
  /** The calls that wait for its answers; none: it is there for a later call. */
  readonly operations: readonly string[];
  /** It was asked to end, and is waited for until then; milliseconds since the epoch. */
  readonly leavingUntil?: number;
}

/** What became of a child when its parent ended. */
export interface SettledChild {
  readonly agent: string;
  readonly taskId: string;
  /** `unknown`: it was told to end, and has not said that it has. */
  readonly outcome: TaskStatus | "unknown";
}
