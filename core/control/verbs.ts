// Owns where each verb is taken: one row per verb, and nothing else in the code decides by verb
// and status. docs/control.md shows the same table. What a verb does is in core/transition/.
import type { ControlVerb } from "../../contract/control.ts";
import type { SegmentSignal } from "../../contract/command.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../contract/command.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { hasEnded } from "../../contract/status.ts";
import type { TaskHead } from "../task-head.ts";
import type { Refusal } from "../transition/refusal.ts";
import { HELD, LIVE, OPEN } from "./status-sets.ts";

export type Verb =
  | ControlVerb
  | "send"
  | "interrupt"
  | "queue"
  | "cancel"
  | "retry"
  | "drop"
  | "rollback"
  | "settle"
  | "withdraw"
  | "grant";

export interface VerbRule {
  readonly taken: readonly TaskStatus[];
  readonly actor: "user" | "operator";
  readonly reason: "required" | "optional";
  /** What a running segment is asked (L5): `abort` gives up a model call that is in flight. */
  readonly segment: SegmentSignal | "none";
}

const MESSAGE = { taken: LIVE, actor: "user", reason: "optional" } as const;
const OPERATOR = { actor: "operator", reason: "required" } as const;

export const VERBS: Readonly<Record<Verb, VerbRule>> = {
  send: { ...MESSAGE, segment: YIELD_SIGNAL },
  interrupt: { ...MESSAGE, segment: ABORT_SIGNAL },
  queue: { ...MESSAGE, segment: YIELD_SIGNAL },
  // `now` aborts.
  pause: {
    ...OPERATOR,
    taken: LIVE.filter((each) => each !== "quarantined"),
    segment: YIELD_SIGNAL,
  },
  resume: { ...OPERATOR, taken: HELD, segment: YIELD_SIGNAL },
  quarantine: { ...OPERATOR, taken: LIVE, segment: ABORT_SIGNAL },
  override: { ...OPERATOR, taken: LIVE, segment: YIELD_SIGNAL },
  transfer: { ...OPERATOR, taken: OPEN, segment: YIELD_SIGNAL },
  // What undoing waits for may be tried again.
  retry: { ...OPERATOR, taken: OPEN, segment: YIELD_SIGNAL },
  drop: { ...OPERATOR, taken: LIVE, segment: YIELD_SIGNAL },
  settle: { ...OPERATOR, taken: LIVE, segment: YIELD_SIGNAL },
  withdraw: { ...OPERATOR, taken: LIVE, segment: YIELD_SIGNAL },
  grant: { ...OPERATOR, taken: LIVE, segment: YIELD_SIGNAL },
  rollback: { ...OPERATOR, taken: LIVE, segment: YIELD_SIGNAL },
  cancel: { ...OPERATOR, taken: OPEN, segment: ABORT_SIGNAL },
  complete: { ...OPERATOR, taken: ["idle", "failed"], segment: YIELD_SIGNAL },
  retire: { ...OPERATOR, taken: LIVE, segment: ABORT_SIGNAL },
  // The engine has ended the segment before.
  kill: { ...OPERATOR, taken: OPEN, segment: "none" },
};

/** In which statuses a verb is taken, in words. */
export function whenTaken(verb: Verb): string {
  const { taken } = VERBS[verb];
  const not = OPEN.filter((each) => !taken.includes(each));
  if (taken.length <= not.length) return taken.join(" or ");
  return ["anything but ended", ...not].join(", ");
}

/**
 * Why a task does not take a verb now, or undefined when it does. Who only speaks to a task that has
 * ended, or ends, is told `task_ended`.
 */
export function verbProblem({ status }: Pick<TaskHead, "status">, verb: Verb): Refusal | undefined {
  const { taken, actor } = VERBS[verb];
  if (taken.includes(status)) return undefined;
  const statuses = taken.join(", ");
  const message = hasEnded(status)
    ? `the task is ${status}, which is an end: ${verb} is not taken any more`
    : `the task is ${status}; ${verb} is taken when it is ${whenTaken(verb)}`;
  const code = actor === "user" ? "task_ended" : "verb_not_allowed";
  return { code, message, details: { status, statuses } };
}
