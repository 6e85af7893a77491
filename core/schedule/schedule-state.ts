// Owns how a schedule's state changes: what comes due, what is attended to next, and what became
// of it. Timers and calls are the object's.
import type {
  IsoTime,
  Outcome,
  ScheduleChange,
  ScheduleCounts,
  ScheduleStatus,
  ScheduleVerb,
  SetSchedule,
} from "../../contract/schedule.ts";
import { KEPT_CHANGES, KEPT_OUTCOMES } from "../../contract/schedule.ts";
import type { Due, ScheduleState, Settle } from "../../contract/schedule-state.ts";
import { SCHEDULE_VERSION } from "../../contract/schedule-state.ts";
import { digestOf } from "../digest.ts";
import { dueTimes, queueDue } from "./due.ts";
import { nextTime } from "./next-time.ts";
import { isoTime } from "./instant.ts";

const NO_COUNTS: ScheduleCounts = { started: 0, sent: 0, skipped: 0, failed: 0, missed: 0 };

/** SHA-256 of what is set, whoever says it and why. */
export function scheduleDigest({ times, target, missed }: SetSchedule): string {
  return digestOf({ times, target, missed });
}

/** The state after `set`. What waited for its turn under the old terms is not attended to. */
export function setTo(
  state: ScheduleState | undefined,
  input: SetSchedule,
  now: number,
): ScheduleState {
  const { times, missed } = input;
  const before = state ?? {
    v: SCHEDULE_VERSION,
    version: 0,
    paused: false,
    timers: 0,
    fires: 0,
    waiting: [],
    counts: NO_COUNTS,
    outcomes: [],
    changes: [],
  };
  const counts = add(before.counts, "missed", before.waiting.length);
  const set = { version: before.version + 1, digest: scheduleDigest(input), times, missed };
  const next = { ...before, ...set, anchor: now, cursor: now, waiting: [], counts };
  return withChange(next, "set", input, now);
}

/** The state once all times up to an instant are behind. */
export function takeDue(state: ScheduleState, upTo: number, lateAfterMs: number): ScheduleState {
  const { cursor: after, missed: rule } = state;
  if (upTo <= after) return state;
  const due = dueTimes(state, { after, upTo, lateAfterMs }, rule);
  const queued = queueDue(state.waiting, due.fire, rule);
  const counts = add(state.counts, "missed", due.missed + queued.missed);
  return { ...state, cursor: upTo, waiting: queued.waiting, counts };
}

/** What is attended to next: nothing while one is, and of a paused schedule only `runNow`. */
export function nextDue({ firing, paused, waiting }: ScheduleState): Due | undefined {
  if (firing !== undefined) return undefined;
  return waiting.find((each) => !paused || each.manual === true);
}

/** The state once a `fire` has told what became of it. */
export function settled(state: ScheduleState, settle: Settle, now: number): ScheduleState {
  const { firing, ...rest } = state;
  if (firing?.number !== settle.number) return state;
  const { result, taskId, why } = settle;
  const outcome: Outcome = {
    occurrence: isoTime(firing.time),
    at: isoTime(now),
    result,
    taskId,
    ...(why === undefined ? {} : { why }),
    ...(firing.manual === true ? { manual: true } : {}),
  };
  return {
    ...rest,
    ...(result === "started" ? { lastTask: taskId } : {}),
    counts: add(state.counts, result, 1),
    outcomes: [outcome, ...state.outcomes].slice(0, KEPT_OUTCOMES),
  };
}

export function withChange(
  state: Omit<ScheduleState, "changes"> & { readonly changes: readonly ScheduleChange[] },
  what: ScheduleChange["what"],
  { by, reason }: ScheduleVerb,
  now: number,
): ScheduleState {
  const change: ScheduleChange = {
    at: isoTime(now),
    what,
    ...(by === undefined ? {} : { by }),
    reason,
  };
  return { ...state, changes: [change, ...state.changes].slice(0, KEPT_CHANGES) };
}

export function statusOf(state: ScheduleState): ScheduleStatus {
  if (state.paused) return "paused";
  return nextTime(state, state.cursor) === undefined ? "ended" : "active";
}

/** At most this many of the times to come; none of a schedule that is paused. */
export function timesAhead(state: ScheduleState, count: number): readonly IsoTime[] {
  const times: IsoTime[] = [];
  if (state.paused) return times;
  for (let at = nextTime(state, state.cursor); at !== undefined && times.length < count;) {
    times.push(isoTime(at));
    at = nextTime(state, at);
  }
  return times;
}

function add(counts: ScheduleCounts, what: keyof ScheduleCounts, by: number): ScheduleCounts {
  return { ...counts, [what]: counts[what] + by };
}
