// Owns what the parts of one running segment in memory share.
import type { Interruption, MemoryTask } from "./memory-task.ts";

/** What a segment does next. */
export type StepEnd = "go-on" | "yield" | "end";

/** What the parts of one running segment share. */
export interface MemorySegment {
  readonly task: MemoryTask;
  steps: number;
  /** Milliseconds that it has waited for providers in a row. */
  waitedMs: number;
  /** Whether a command waits that a step boundary should let in. */
  yielded: boolean;
  /** Until when what a cancelled task has in flight is awaited, milliseconds since the epoch. */
  settleBy?: number;
  /** What may end an await besides the thing that is awaited. */
  interruptions(): readonly Promise<Interruption>[];
}
