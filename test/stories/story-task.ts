// Owns what a drawn story may do to a task, whichever shell runs it: the words of its people, and
// what its models and tools come back with. core-story.ts and memory-story.ts are such tasks.
import type { ControlVerb } from "../../contract/control.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { MessageMode } from "../../contract/message.ts";
import type { TaskHead } from "../../core/task-head.ts";

/** What a model answers: the tools of these names, each with a number, or the end of its turn. */
export type ModelWish =
  | { readonly calls: readonly { readonly tool: string; readonly n: number }[] }
  | { readonly trouble: "wait" | "operator" | "terminal" }
  | "says";

/** What becomes of a call. `applied` and `not-applied` are the truth behind an unknown outcome. */
export type ToolWish = "ok" | "error" | "applied" | "not-applied" | "lost" | "blocked";

/** `pick` chooses one of those that are in flight. */
export interface Return {
  readonly pick: number;
  readonly wish: ToolWish;
  readonly found: "applied" | "not-applied" | "unknown";
}

/** What a segment is answered with, whichever thing it does next. */
export interface Move {
  readonly model: ModelWish;
  readonly tools: readonly Return[];
  readonly undo: "undone" | "committed" | "unknown";
}

export type Taken = "taken" | "refused";

export interface StoryTask {
  readonly shell: "core" | "memory";
  /** What the log alone says of the task. */
  head(): TaskHead;
  log(): readonly TaskEvent[];
  /** Why what the shell shows of the task is not what its log says, or undefined. */
  difference(): Promise<string | undefined>;
  say(messageId: string, mode: MessageMode): Promise<Taken>;
  /** `pick` chooses one of the open operations, where the verb is about one. */
  control(verb: ControlVerb, pick: number): Promise<Taken>;
  cancel(compensate: boolean): Promise<Taken>;
  rollback(): Promise<void>;
  retry(): Promise<void>;
  /** Says the truth about one of the operations that are unknown. */
  settle(pick: number, outcome: "applied" | "not-applied"): Promise<void>;
  decide(pick: number, decision: "approve" | "reject"): Promise<void>;
  endWait(pick: number, how: "event" | "answer" | "withdrawal"): Promise<void>;
  /** Time passes, and timers that are due fire; below zero the workers' clock is set back. */
  pass(ms: number): Promise<void>;
  /** A segment works, if one is due or under way; `lost` kills it where it is. */
  work(moves: readonly Move[], lost: boolean): Promise<void>;
  /** Nothing is under way any more that is not a tool's call. */
  close(): Promise<void>;
  /** What is still under way or subscribed although the task has ended, in words. */
  leftovers(): Promise<readonly string[]>;
  /** Calls whose effect was made more than once, in words. */
  twice(): readonly string[];
}
