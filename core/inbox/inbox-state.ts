// Owns what an inbox knows of its address: who waits, what is kept, and what is remembered so that
// nothing counts twice. Small, since each event reads and writes all of it; payloads are not here.
import type { EventSettings, Subscribe } from "../../contract/inbox.ts";

/** Versions that can be read: 1. */
export const INBOX_STATE_VERSION = 1;

/** A wait that is open. */
export interface Subscription extends Omit<Subscribe, "v"> {
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** An event that nobody waited for; its payload is stored under the number. */
export interface KeptEvent {
  readonly n: number;
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** An event or an operation that is done with. */
export interface Remembered {
  /** The first 128 bits of the SHA-256 of its id. */
  readonly id: string;
  readonly at: number;
}

/** Lists are oldest first; times are milliseconds since the epoch. */
export interface InboxState {
  readonly v: typeof INBOX_STATE_VERSION;
  readonly subscriptions: readonly Subscription[];
  readonly kept: readonly KeptEvent[];
  /** Number of the next kept event. */
  readonly next: number;
  /** Events that were delivered or kept. */
  readonly seen: readonly Remembered[];
  /** Operations that got their event: one of them that subscribes again takes no second one. */
  readonly answered: readonly Remembered[];
  /** When the last open wait ended without an event; absent once there was another one. */
  readonly closedAt?: number;
  readonly dropped: number;
  readonly expired: number;
  /** When an event was last dropped or expired. */
  readonly lostAt?: number;
  /** When the address's one timer is due; absent: it has none. */
  readonly timerAt?: number;
}

export const NEW_INBOX: InboxState = {
  v: INBOX_STATE_VERSION,
  subscriptions: [],
  kept: [],
  next: 1,
  seen: [],
  answered: [],
  dropped: 0,
  expired: 0,
};

const HOUR_MS = 60 * 60_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

export type InboxBounds = Required<EventSettings>;

/** The settings with the defaults. Throws an Error that names the one that is wrong. */
export function inboxBounds(settings: EventSettings = {}): InboxBounds {
  const bounds: InboxBounds = {
    keepCount: 100,
    keepMs: WEEK_MS,
    rememberCount: 1_000,
    rememberMs: WEEK_MS,
    lateMs: HOUR_MS,
    ...settings,
  };
  check("keepCount", bounds.keepCount, 1, 1_000);
  check("rememberCount", bounds.rememberCount, 1, 10_000);
  check("keepMs", bounds.keepMs, 1, Number.MAX_SAFE_INTEGER);
  check("rememberMs", bounds.rememberMs, 1, Number.MAX_SAFE_INTEGER);
  check("lateMs", bounds.lateMs, 0, Number.MAX_SAFE_INTEGER);
  return bounds;
}

function check(name: keyof InboxBounds, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`events.${name} must be an integer from ${least} to ${most}`);
}
