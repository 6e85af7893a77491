// Owns instants that people type: a time, or a span from now.
import { usage } from "../problem.ts";
import { spanMs } from "./span.ts";

/** In milliseconds since the epoch; a span is before now. */
export function readTime(flag: string, text: string): number {
  return instantOf(flag, text, -1);
}

/** The same, where a span is after now. */
export function readEnd(flag: string, text: string): number {
  return instantOf(flag, text, 1);
}

function instantOf(flag: string, text: string, direction: 1 | -1): number {
  const span = spanMs(text);
  if (span !== undefined) return Date.now() + direction * span;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw usage(`${flag} takes a time such as 2026-03-01T09:30:00Z, or a span such as 2h or 3d`);
}
