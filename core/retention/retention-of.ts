// Owns when what an ended task leaves is due, by the class of its agent. Pure: the same head and settings
// have the same times, so a class that is changed holds for tasks that have ended before.
import type { RetentionSettings, RetentionView } from "../../contract/retention.ts";
import { hasEnded } from "../../contract/status.ts";
import type { TaskHead } from "../task-head.ts";

type Ended = Pick<
  TaskHead,
  "agent" | "status" | "since" | "updatedAt" | "preserved" | "erased" | "salt"
>;

/** Undefined: nothing is said of its agent, and it is kept for ever. */
export function retentionOf(
  head: Ended,
  settings: RetentionSettings | undefined,
): RetentionView | undefined {
  const name = settings?.agents?.[head.agent] ?? settings?.otherwise;
  const found = name === undefined ? undefined : settings?.classes[name];
  if (name === undefined || found === undefined) return undefined;
  const { contentMs, recordMs, artifacts = "keep" } = found;
  const view = { class: name, artifacts };
  if (!hasEnded(head.status) || head.preserved !== undefined) return view;
  const endedAt = endOf(head);
  const erasable = head.erased === undefined && head.salt !== undefined;
  return {
    ...view,
    ...(contentMs === undefined || !erasable ? {} : { eraseAt: endedAt + contentMs }),
    ...(recordMs === undefined ? {} : { removeAt: endedAt + recordMs }),
  };
}

/** Nothing changes the status of what has ended; heads of old have no `since`. */
export function endOf({ since, updatedAt }: Pick<TaskHead, "since" | "updatedAt">): number {
  return since ?? updatedAt;
}
