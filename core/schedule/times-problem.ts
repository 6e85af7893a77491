// Owns what is wrong with the times that somebody wants a schedule to have: which field, and of
// a cron expression which of its parts. Never quotes it.
import type { Times } from "../../contract/schedule.ts";
import { isTimeZone, msOf } from "./instant.ts";
import { cronOf, nextTime } from "./next-time.ts";

const FIELDS = ["minute", "hour", "day of the month", "month", "day of the week"];

/** One sentence that begins with the field, or undefined where the times can be used. */
export function timesProblem(times: Times, now: number): string | undefined {
  const { startAt, endAt } = times;
  if (startAt !== undefined && endAt !== undefined && msOf(endAt) <= msOf(startAt)) {
    return "times.endAt: must be after times.startAt";
  }
  if ("cron" in times) {
    if (!isTimeZone(times.timeZone)) {
      return "times.timeZone: is not a time zone; give an IANA name such as Europe/Berlin";
    }
    const wrong = cronProblem(times.cron, times.timeZone);
    if (wrong !== undefined) return `times.cron: ${wrong}`;
  }
  if (nextTime({ times, anchor: now }, now) !== undefined) return undefined;
  return endAt === undefined
    ? "times.cron: names no time that ever comes"
    : "times.endAt: no time comes before it";
}

function cronProblem(cron: string, timeZone: string): string | undefined {
  if (parses(cron, timeZone)) return undefined;
  const parts = cron.trim().split(/\s+/);
  if (parts[0]?.startsWith("@") === true) {
    return "this name is not known; known are @yearly, @monthly, @weekly, @daily and @hourly";
  }
  if (parts.length !== 5 && parts.length !== 6) {
    return `must have five fields, or six with the second first, and has ${parts.length}`;
  }
  const names = parts.length === 6 ? ["second", ...FIELDS] : FIELDS;
  // Each alone, so that the one that is wrong can be named.
  const wrong = names.filter((_, index) => {
    const alone = parts.map((part, at) => (at === index ? part : "*"));
    return !parses(alone.join(" "), timeZone);
  });
  return `the ${wrong.join(" and the ")} cannot be read`;
}

function parses(cron: string, timeZone: string): boolean {
  try {
    cronOf(cron, timeZone);
    return true;
  } catch {
    return false;
  }
}
