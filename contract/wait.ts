// Owns what a task can wait for beside a tool's answer: a time, an event, a person's answer,
// a child task, other operations (L3). Each is an operation. Persisted in the log and journaled by Restate: add
// optional fields only. The inbox that events come through is in inbox.ts.
import type { StoredText } from "./artifact.ts";

/** Longest wait that a tool's author may ask for, in milliseconds; a model's is `limits.maxWaitMs`. */
export const MAX_WAIT_MS = 366 * 24 * 60 * 60 * 1000;
/** Characters of a question, and of one of the answers that it offers. */
export const MAX_QUESTION = 8_192;
export const MAX_OPTION = 512;
/** Answers that a question offers. */
export const MAX_OPTIONS = 20;

/** Operations of one task that are open in the background at once. */
export const MAX_BACKGROUND = 32;

export const WAIT_KINDS = ["timer", "event", "question", "child", "operations"] as const;
export type WaitKind = (typeof WAIT_KINDS)[number];

/** An event of the outside, by what it is about; topic and key are as in inbox.ts. */
export interface EventAddress {
  readonly topic: string;
  readonly key: string;
}

/** What is waited for. Times are in milliseconds since the epoch. */
export type WaitTerms = TimerTerms | EventTerms | QuestionTerms | ChildTerms | OperationsTerms;

/** What the model need not wait for. */
export interface Backgrounded {
  /** The call is answered at once, and what it waits for reaches the model as a message later. */
  readonly background?: true;
}

export interface TimerTerms extends Backgrounded {
  readonly kind: "timer";
  readonly at: number;
}

export interface EventTerms extends EventAddress, Backgrounded {
  readonly kind: "event";
}

/** Of the people around the task, whoever answers first. */
export interface QuestionTerms extends Backgrounded {
  readonly kind: "question";
  readonly question: string;
  /** An answer is one of these. Absent: any. */
  readonly options?: readonly string[];
}

/** A task that is given a part of the work; its parent has its result (R24, R82). */
export interface ChildTerms extends Backgrounded {
  readonly kind: "child";
  readonly agent: string;
  readonly taskId: string;
  readonly message: StoredText;
  /** A later call may send it another message. */
  readonly kept?: true;
  /** At the deadline the child goes on, and is left alone as long as its parent lives. */
  readonly leaveRunning?: true;
}

/** The task's own operations that are open in the background; only of a call of the model's. */
export interface OperationsTerms {
  readonly kind: "operations";
  /** Their ids, as the model was told; absent: all. */
  readonly operations?: readonly string[];
  /** It ends at once, with the first of them that ends, or with the last. */
  readonly until: "now" | "any" | "all";
  /** Each of them is ended before, alone. */
  readonly cancel?: true;
}

/** What a tool's author asks for. Only a timer is without a deadline: its time is one. */
export type WaitRequest =
  | TimerTerms
  | ((EventTerms | QuestionTerms | ChildTerms | OperationsTerms) & {
      /** Nothing having come by then ends the wait, in milliseconds since the epoch. */
      readonly deadlineAt: number;
    });

/** What the author of a waiting tool is given besides the input. */
export interface WaitContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The longest that a call of this agent may wait, in milliseconds. */
  readonly maxWaitMs: number;
  /**
   * The id of the child task of this call, or of all calls of this task with the same key: the
   * same for ever. Only where the model's answer is judged.
   */
  readonly childId?: (agent: string, key?: string) => string;
}

// Bivariant as methods are, so that every ToolDefinition<I, O> is an AnyTool.
export type WaitFn<Input> = {
  bivarianceHack(input: Input, context: WaitContext): WaitRequest;
}["bivarianceHack"];

/** Answer of a tool's service that has done its part: the call goes on waiting. */
export interface Waiting {
  readonly outcome: "waiting";
  readonly wait: WaitRequest;
}

/** What ended the wait of a call. */
export type WaitVia =
  | "timer"
  | "event"
  | "answer"
  | "child"
  /** Other operations have, or the call is about them and was answered at once. */
  | "operations"
  /** Nothing came in time. */
  | "deadline"
  /** Alone, by a message that interrupts, or with its task. */
  | "withdrawal";

/** What an operation in state `waiting` waits for, since `OperationView.since`. */
export type WaitView = WaitTerms & {
  /** When it ends by itself, milliseconds since the epoch. */
  readonly endsAt: number;
};
