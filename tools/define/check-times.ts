// Owns the checks of a tool's bounds on time and attempts.
import type { ToolRetry } from "../../contract/tool.ts";

// The longest that a timer of Node can be set to.
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface ToolTimes {
  readonly timeoutMs: number;
  readonly startDeadlineMs: number;
  readonly retry: ToolRetry;
}

/** Reads on after the tool's name. */
export function timesProblem(times: ToolTimes): string | undefined {
  for (const key of ["timeoutMs", "startDeadlineMs"] as const) {
    if (!isWholeUpTo(times[key], MAX_TIMER_MS)) {
      return `has ${key} ${times[key]}; it must be a whole number of milliseconds from 1 to ${MAX_TIMER_MS}`;
    }
  }
  for (const key of ["maxAttempts", "initialIntervalMs", "maxIntervalMs"] as const) {
    if (!isWholeUpTo(times.retry[key], MAX_TIMER_MS)) {
      return `has retry.${key} ${times.retry[key]}; it must be a whole number from 1 to ${MAX_TIMER_MS}`;
    }
  }
  return undefined;
}

function isWholeUpTo(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
}
