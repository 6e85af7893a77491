// Owns which times a schedule names. Cron expressions are croner's to read; it is used as a
// function of the instant that it is given, and arms no timer without a job to call.
import { Cron } from "croner";
import type { Times } from "../../contract/schedule.ts";
import { dateAt, msOf } from "./instant.ts";

/** The times of a schedule; `anchor` is what an interval counts from that has no `startAt`. */
export interface TimesFrom {
  readonly times: Times;
  readonly anchor: number;
}

/** The first time after an instant; all in milliseconds since the epoch. Undefined: none is left. */
export function nextTime(from: TimesFrom, after: number): number | undefined {
  const { times } = from;
  const start = times.startAt === undefined ? undefined : msOf(times.startAt);
  // A schedule that begins at an instant has a time at it, so the instant before counts.
  const since = start === undefined ? after : Math.max(after, start - 1);
  const next =
    "cron" in times
      ? cronOf(times.cron, times.timeZone).nextRun(dateAt(since))?.getTime()
      : nextOfInterval(times.everyMs, start ?? from.anchor, since, start !== undefined);
  if (next === undefined) return undefined;
  return times.endAt !== undefined && next >= msOf(times.endAt) ? undefined : next;
}

function nextOfInterval(everyMs: number, anchor: number, after: number, first: boolean): number {
  const passed = Math.floor((after - anchor) / everyMs) + 1;
  return anchor + Math.max(passed, first ? 0 : 1) * everyMs;
}

/** The last times up to and including an instant, oldest first. */
export function lastTimes(from: TimesFrom, upTo: number, after: number, count: number): number[] {
  const { times } = from;
  const ends = times.endAt === undefined ? upTo : Math.min(upTo, msOf(times.endAt) - 1);
  if ("cron" in times) {
    const starts = times.startAt === undefined ? after : Math.max(after, msOf(times.startAt) - 1);
    return cronOf(times.cron, times.timeZone)
      .previousRuns(count, dateAt(ends + 1))
      .map((date) => date.getTime())
      .filter((time) => time > starts)
      .toReversed();
  }
  const { everyMs } = times;
  const first = nextTime(from, after);
  if (first === undefined || first > ends) return [];
  const all = Math.floor((ends - first) / everyMs) + 1;
  const kept = Math.min(all, count);
  return Array.from({ length: kept }, (_, index) => first + (all - kept + index) * everyMs);
}

/** croner takes a text with a colon for a date, which is a single time and no expression. */
export function cronOf(cron: string, timeZone: string): Cron {
  if (cron.includes(":")) throw new TypeError("an expression has no colon");
  // Without a function to call nothing is armed.
  return new Cron(cron, { timezone: timeZone, mode: "5-or-6-parts" });
}
