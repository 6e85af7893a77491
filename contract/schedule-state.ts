// Owns what `holdfast.schedule` keeps and what it sends to itself. Both wait in Restate across
// deployments: add optional fields only, or raise SCHEDULE_VERSION. Bodies are in schedule.ts.
import type { MissedRule, Outcome, ScheduleChange, ScheduleCounts, Times } from "./schedule.ts";

export const SCHEDULE_VERSION = 1;

/** An occurrence that is to be attended to. */
export interface Due {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly manual?: true;
}

/** All but the target, which may be large and is kept beside it. Versions that can be read: 1. */
export interface ScheduleState {
  readonly v: typeof SCHEDULE_VERSION;
  /** Grows with each change of what is set. */
  readonly version: number;
  /** SHA-256 of what is set. */
  readonly digest: string;
  readonly times: Times;
  readonly missed: MissedRule;
  /** From when an interval without `startAt` counts; milliseconds since the epoch. */
  readonly anchor: number;
  readonly paused: boolean;
  /** Times up to this one are behind; milliseconds since the epoch. */
  readonly cursor: number;
  /** The last timer that was made. */
  readonly timers: number;
  /** The timer that is pending: a delayed `tick`. */
  readonly timer?: { readonly number: number; readonly at: number; readonly invocationId: string };
  /** The last `fire` that was sent. */
  readonly fires: number;
  readonly firing?: Due & {
    readonly number: number;
    readonly since: number;
    readonly invocationId: string;
  };
  /** In the order in which they are attended to; bounded by `missed`. */
  readonly waiting: readonly Due[];
  /** The task that was started last. */
  readonly lastTask?: string;
  readonly counts: ScheduleCounts;
  /** The latest first. */
  readonly outcomes: readonly Outcome[];
  readonly changes: readonly ScheduleChange[];
}

/** Input of the private `tick`. Of another number than the pending timer's it does nothing. */
export interface Tick {
  readonly v: typeof SCHEDULE_VERSION;
  readonly timer: number;
  /** What the timer was set to, by the server's clock; milliseconds since the epoch. */
  readonly at: number;
}

/** Input of the private `fire`. */
export interface Fire extends Due {
  readonly v: typeof SCHEDULE_VERSION;
  readonly number: number;
  /** Of what was set; under another one the occurrence is not attended to. */
  readonly version: number;
  /** The task that was started before. */
  readonly lastTask?: string;
}

/** Input of the private `settle`: what became of a `fire`. */
export interface Settle {
  readonly v: typeof SCHEDULE_VERSION;
  readonly number: number;
  readonly result: Outcome["result"];
  readonly taskId: string;
  readonly why?: string;
}
