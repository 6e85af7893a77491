// Owns whether the end of a wait brings its task on: not where the task waits for something that the
// end does not change. What came is in the log, and is read once that is there.
import type { EventBody } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import type { TaskHead } from "../task-head.ts";
import { wokenBy } from "./unknown-effect.ts";

export function wokenByEnd(head: TaskHead, by: "event" | "child"): readonly EventBody[] {
  return HAS_ITS_TIME.has(head.status) ? [] : wokenBy(head, by);
}

/** A try before its time would only make the next one later. */
const HAS_ITS_TIME: ReadonlySet<TaskStatus> = new Set(["waiting-provider", "waiting-budget"]);
