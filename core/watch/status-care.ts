// Owns how each status is looked after (R77, R79): by which rule a task in it counts as stuck, who
// brings it on, where what it waits for is kept, what a pause, a resume and an interruption do, and
// which page says what to do. Data only; docs/statuses.md shows the same table.
import type { TaskStatus } from "../../contract/status.ts";

/** `never`: it rests by design. `parked`: only behind its time. `retrying`: also after long. */
export type WatchRule = "queued" | "working" | "tool" | "parked" | "retrying" | "at-once" | "never";

export interface StatusCare {
  readonly watch: WatchRule;
  /** Who looks after a task that stays so. */
  readonly recovery: string;
  /** A page under docs/runbooks/. */
  readonly runbook: string;
  /** Beside the task's own head and log. */
  readonly livesIn: string;
  readonly pause: string;
  readonly resume: string;
  /** How it is interrupted without harm. */
  readonly interrupt: string;
}

const HELD = "held at once; the wait goes on";
const SAID_AGAIN = "says again what it waits for; a deadline that has passed is decided";
const MESSAGE = "send with mode interrupt; cancel";
const ENDED = {
  watch: "never",
  recovery: "nobody",
  runbook: "ended",
  livesIn: "nowhere else",
  pause: "refused",
  resume: "refused",
  interrupt: "nothing goes on",
} as const satisfies StatusCare;
const PARKED = {
  watch: "parked",
  pause: HELD,
  resume: SAID_AGAIN,
  interrupt: "withdraw; send with mode interrupt; cancel",
} as const;
const TIMER = "one delayed wake";

export const STATUS_CARE: Readonly<Record<TaskStatus, StatusCare>> = {
  queued: {
    watch: "queued",
    recovery: "operator",
    runbook: "queued",
    livesIn: "one run invocation on its way",
    pause: "held at once",
    resume: "queued again",
    interrupt: "cancel",
  },
  running: {
    watch: "working",
    recovery: "operator",
    runbook: "running",
    livesIn: "one run invocation; invocations of tools",
    pause: "at the next step, or now; a tool call goes on",
    resume: "goes on behind the last recorded step",
    interrupt: MESSAGE,
  },
  idle: {
    watch: "never",
    recovery: "user",
    runbook: "idle",
    livesIn: "nowhere else",
    pause: "held at once",
    resume: "idle again",
    interrupt: "nothing goes on",
  },
  "waiting-tool": {
    watch: "tool",
    recovery: "operator",
    runbook: "waiting-tool",
    livesIn: `the tool's invocation; ${TIMER}`,
    pause: "held at once; the call goes on, and its outcome is recorded",
    resume: "attaches to the call, and never repeats it",
    interrupt: MESSAGE,
  },
  "waiting-approval": {
    ...PARKED,
    recovery: "deciders",
    runbook: "waiting-approval",
    livesIn: "an approval object with one suspended waiter and its timers",
  },
  "waiting-event": {
    ...PARKED,
    recovery: "owner",
    runbook: "waiting-event",
    livesIn: `the inbox of the event's address; ${TIMER}`,
  },
  "waiting-timer": {
    ...PARKED,
    recovery: "operator",
    runbook: "waiting-timer",
    livesIn: TIMER,
  },
  "waiting-child": {
    ...PARKED,
    recovery: "owner",
    runbook: "waiting-child",
    livesIn: `the child task; ${TIMER}`,
  },
  "waiting-auth": {
    watch: "retrying",
    recovery: "operator",
    runbook: "waiting-auth",
    livesIn: TIMER,
    pause: HELD,
    resume: SAID_AGAIN,
    interrupt: MESSAGE,
  },
  "waiting-provider": {
    watch: "retrying",
    recovery: "operator",
    runbook: "waiting-provider",
    livesIn: TIMER,
    pause: HELD,
    resume: "the model is asked at once",
    interrupt: MESSAGE,
  },
  "waiting-budget": {
    watch: "retrying",
    recovery: "operator",
    runbook: "waiting-budget",
    livesIn: `the line of the budget that has no room; ${TIMER}`,
    pause: HELD,
    resume: "the budget is asked again",
    interrupt: MESSAGE,
  },
  "waiting-reconcile": {
    watch: "retrying",
    recovery: "owner",
    runbook: "waiting-reconcile",
    livesIn: `the tool's reconcile; ${TIMER}`,
    pause: HELD,
    resume: SAID_AGAIN,
    interrupt: "settle first; cancel",
  },
  stale: {
    ...PARKED,
    recovery: "deciders",
    runbook: "stale",
    livesIn: "the approval object of the new request, as waiting-approval",
  },
  paused: {
    watch: "parked",
    recovery: "operator",
    runbook: "paused",
    livesIn: "the hold in its head, or a stop",
    pause: "paused already",
    resume: "what waited says again what for",
    interrupt: "cancel",
  },
  quarantined: {
    watch: "never",
    recovery: "operator",
    runbook: "quarantined",
    livesIn: "the hold in its head",
    pause: "refused: it is held more firmly",
    resume: "effects that were kept back are made as new attempts",
    interrupt: "cancel, which undoes nothing unless it says so",
  },
  "needs-operator": {
    watch: "at-once",
    recovery: "operator",
    runbook: "needs-operator",
    livesIn: TIMER,
    pause: HELD,
    resume: "looks whether the cause is gone",
    interrupt: MESSAGE,
  },
  cancelling: {
    watch: "working",
    recovery: "operator",
    runbook: "cancelling",
    livesIn: "one run invocation; invocations of tools that settle",
    pause: "refused: it comes to its end",
    resume: "refused",
    interrupt: "cancel with compensate false; kill",
  },
  failed: {
    watch: "never",
    recovery: "owner",
    runbook: "failed",
    livesIn: "nowhere else",
    pause: "held at once",
    resume: "failed again",
    interrupt: "nothing goes on",
  },
  completed: ENDED,
  cancelled: ENDED,
  killed: { ...ENDED, recovery: "operator", runbook: "killed" },
  retired: ENDED,
};

/** Where the page is, from the project's folder. */
export function runbookPath(status: TaskStatus): string {
  return `docs/runbooks/${STATUS_CARE[status].runbook}.md`;
}
