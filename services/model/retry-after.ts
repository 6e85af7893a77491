// Owns what a response's headers say about when to try again: `retry-after-ms`, and
// `Retry-After` in seconds or as an HTTP date. Pure; the clock is given.

/** The longest pause that a provider is believed to mean, in milliseconds. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** The part of `Headers` that is read. */
export interface ResponseHeaders {
  get(name: string): string | null;
}

/**
 * Milliseconds until the next try, above 0 and at most a day; undefined when the headers do
 * not say. "Now" and moments in the past count as not said, so that the caller backs off.
 * @param now Milliseconds since the epoch, for a date without a `Date` header beside it.
 */
export function retryAfterMs(headers: ResponseHeaders, now: number): number | undefined {
  const inMs = inPause(decimal(headers.get("retry-after-ms")));
  if (inMs !== undefined) return inMs;
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = decimal(value);
  if (seconds !== undefined) return inPause(seconds * 1000);
  // Both times by the server's clock, when it gives both: ours may be off.
  const sent = Date.parse(headers.get("date") ?? "");
  return inPause(Date.parse(value) - (Number.isNaN(sent) ? now : sent));
}

function decimal(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function inPause(ms: number | undefined): number | undefined {
  if (ms === undefined || Number.isNaN(ms) || ms <= 0) return undefined;
  return Math.min(Math.ceil(ms), LONGEST_MS);
}
