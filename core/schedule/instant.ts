// Owns instants as the calendar has them: texts, the Date objects that croner takes, time zones.
// The one file of core/ that may use Date and Intl, and it never asks either for the present: all
// here are functions of what they are given.
/* oxlint-disable no-restricted-globals */
import type { IsoTime } from "../../contract/schedule.ts";

/** In UTC, with milliseconds. */
export function isoTime(ms: number): IsoTime {
  return new Date(ms).toISOString();
}

/** Milliseconds since the epoch of an ISO 8601 text with an offset. */
export function msOf(time: IsoTime): number {
  return Date.parse(time);
}

export function dateAt(ms: number): Date {
  return new Date(ms);
}

export function isTimeZone(name: string): boolean {
  try {
    // Throws for a name that it does not know.
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
