// Owns how long a tool's service waits between two attempts.
import type { ToolRetry } from "../../contract/tool.ts";

/** Milliseconds after the attempt with this number (from 1) and before the next. */
export function pauseAfter(attempt: number, retry: ToolRetry): number {
  return Math.min(retry.initialIntervalMs * 2 ** (attempt - 1), retry.maxIntervalMs);
}
