// Owns the sets of statuses that both tables of control speak of: where verbs are taken (verbs.ts)
// and which events change a status (transitions.ts).
import type { TaskStatus } from "../../contract/status.ts";
import { hasEnded, TASK_STATUSES } from "../../contract/status.ts";

/** Of a task that has not ended. */
export const OPEN: readonly TaskStatus[] = TASK_STATUSES.filter((each) => !hasEnded(each));
/** And is not on its way to an end. */
export const LIVE: readonly TaskStatus[] = OPEN.filter((each) => each !== "cancelling");
/** By a person's word. */
export const HELD = ["paused", "quarantined"] as const satisfies readonly TaskStatus[];
