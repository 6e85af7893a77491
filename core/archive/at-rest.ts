// Owns which tasks' logs may leave their state, and how much of one (decision 0022). A task that works
// or is about to is left alone; one that rests may come back at any time, and its log is read as before.
import { hasEnded } from "../../contract/status.ts";
import type { TaskHead } from "../task-head.ts";

/** Entries of a task that may go on which are worth a volume: below, they would be many small ones. */
export const MIN_VOLUME_ENTRIES = 16;

type Resting = Pick<TaskHead, "segment" | "status" | "nextSeq" | "archived">;

/** Entries of the log that are to leave the state: from `from` on, in runs of at least `least`. */
export interface Archivable {
  readonly from: number;
  readonly least: number;
}

/** Undefined: nothing is to be moved now. */
export function archivable(head: Resting): Archivable | undefined {
  const { segment, nextSeq } = head;
  const from = head.archived?.entries ?? 0;
  if (segment.open || segment.queued) return undefined;
  const least = hasEnded(head.status) ? 1 : MIN_VOLUME_ENTRIES;
  return nextSeq - from >= least ? { from, least } : undefined;
}
