// Owns how long what an ended task leaves is kept (decision 0022): the classes that an app is given, what a
// task's status says of them, and what stays for ever once all of it is gone.
import { z } from "zod";
import { textSchema } from "./text.ts";
import type { TaskStatus } from "./status.ts";

/** Times in milliseconds from the end of the task: completed, cancelled, killed or retired. */
export interface RetentionClass {
  /**
   * Then what people, models and tools have said is erased, as by `erase`; hashes stay. Takes the app's
   * option `evidence`. Absent: it goes with the record.
   */
  readonly contentMs?: number;
  /** What becomes of the artifacts that the log refers to, when that goes. Default `keep`: others may refer to them too. */
  readonly artifacts?: "keep" | "remove";
  /** Then all of it goes, the status head too, and a tombstone stays. Absent: never. */
  readonly recordMs?: number;
}

export interface RetentionSettings {
  readonly classes: Readonly<Record<string, RetentionClass>>;
  /** By the name of the agent: the class of its tasks. */
  readonly agents?: Readonly<Record<string, string>>;
  /** The class of all others. Absent: theirs are kept for ever. */
  readonly otherwise?: string;
  /** Milliseconds between two looks of one worker at what is due; default 60,000. */
  readonly everyMs?: number;
}

/** Of a task's status. A task that is preserved has a class and no times. */
export interface RetentionView {
  readonly class: string;
  /** When its content is erased, and when all of it is removed, at the earliest: ms since the epoch. */
  readonly eraseAt?: number;
  readonly removeAt?: number;
  readonly artifacts: "keep" | "remove";
}

export const TOMBSTONES_VERSION = 1;

/** Persisted, in the task's place and for ever, the oldest first: a task ID may be used again. */
export interface Tombstones {
  readonly v: typeof TOMBSTONES_VERSION;
  readonly tombstones: readonly Tombstone[];
}

/** Persisted: add optional fields only. */
export interface Tombstone {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly createdAt: number;
  readonly endedAt: number;
  readonly removedAt: number;
  /** Of retention, by which it was removed. */
  readonly class: string;
  /** Of the log: how many there were, and the hash of the last. A signature under it stays good. */
  readonly entries: number;
  readonly hash: string;
}

/** By agent and task ID; a page has the tombstones of so many IDs. */
export interface TombstoneList {
  readonly tasks: readonly Tombstone[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** Body of `holdfast.control/expire`. */
export const expireInputSchema = z.strictObject({
  agent: textSchema.min(1).max(64),
  taskId: textSchema.min(1).max(256),
});
export type ExpireInput = z.infer<typeof expireInputSchema>;

/** `kept`: nothing was due. */
export interface ExpireResult {
  readonly result: "kept" | "erased" | "removed";
}

/** Answer of the agent object's private `remove`. */
export interface Removed {
  readonly removed: boolean;
}
