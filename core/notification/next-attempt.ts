// Owns when a notification is tried again, and when no more.
import type { Delivery, NotificationRetry } from "../../contract/notification.ts";

export type RetryBounds = Required<NotificationRetry>;

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/** The settings with the defaults. Throws an Error that names the one that is wrong. */
export function retryBounds(retry: NotificationRetry = {}): RetryBounds {
  const bounds = {
    firstMs: 5 * SECOND_MS,
    maxMs: HOUR_MS,
    forMs: 24 * HOUR_MS,
    attempts: 40,
    ...retry,
  };
  for (const [name, value] of Object.entries(bounds)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new Error(`notificationRetry.${name} must be an integer of at least 1`);
  }
  return bounds;
}

/** Milliseconds until the attempt after this one; undefined: it was the last. */
export function pauseAfter(
  { attempt, since }: Pick<Delivery, "attempt" | "since">,
  now: number,
  { firstMs, maxMs, forMs, attempts }: RetryBounds,
): number | undefined {
  if (attempt >= attempts) return undefined;
  const pause = Math.min(firstMs * 2 ** (attempt - 1), maxMs);
  return now + pause > since + forMs ? undefined : pause;
}
