// Owns the end of everything that an inbox holds: what is too old at a given time, when the next
// thing will be, and when nothing is left.
import { type InboxBounds, type InboxState, NEW_INBOX } from "./inbox-state.ts";

/** A state, and the numbers of the kept events whose payloads are to be forgotten. */
export interface Pruned {
  readonly state: InboxState;
  readonly forget: readonly number[];
}

/** The state without what has ended by `now`. Every handler begins with it: no timer decides. */
export function prune(before: InboxState, now: number, bounds: InboxBounds): Pruned {
  const open = before.subscriptions.filter(({ until }) => until === undefined || until > now);
  const { closedAt, lostAt, ...rest } = before;
  const closed = open.length > 0 ? undefined : (lastEnd(before, now) ?? closedAt);
  const old = before.kept.filter(({ receivedAt }) => receivedAt + bounds.keepMs <= now);
  const lost = old.length > 0 ? now : lostAt;
  const remembersLoss = lost !== undefined && lost + bounds.rememberMs > now;
  const state: InboxState = {
    ...rest,
    subscriptions: open,
    kept: before.kept.slice(old.length),
    seen: before.seen.filter(({ at }) => at + bounds.rememberMs > now),
    answered: before.answered.filter(({ at }) => at + bounds.rememberMs > now),
    dropped: remembersLoss ? before.dropped : 0,
    expired: remembersLoss ? before.expired + old.length : 0,
    ...(remembersLoss ? { lostAt: lost } : {}),
    ...(closed !== undefined && closed + bounds.lateMs > now ? { closedAt: closed } : {}),
  };
  return { state, forget: old.map(({ n }) => n) };
}

/** When the last of the waits that have run out by now did. */
function lastEnd({ subscriptions }: InboxState, now: number): number | undefined {
  const ends = subscriptions.flatMap(({ until }) =>
    until === undefined || until > now ? [] : [until],
  );
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Of a pruned state: nothing is left, but maybe the timer. */
export function isEmpty(state: InboxState): boolean {
  const { timerAt: _, next: __, ...rest } = state;
  const { next: ___, ...empty } = NEW_INBOX;
  return Object.entries(rest).every(([field, value]) =>
    Array.isArray(value) ? value.length === 0 : value === empty[field as keyof typeof empty],
  );
}

/** A timer is not set sooner than this part of the time for which ids are remembered. */
const SOONEST = 32;

/**
 * When the timer is to be set for, unless one is set already: it only cleans up, so one that comes
 * late does no harm, and many small ones would.
 */
export function timerDue(state: InboxState, now: number, bounds: InboxBounds): number | undefined {
  if (state.timerAt !== undefined) return undefined;
  const [kept, seen, answered] = [state.kept[0], state.seen[0], state.answered[0]];
  const ends = [
    ...state.subscriptions.flatMap(({ until }) => (until === undefined ? [] : [until])),
    ...(kept === undefined ? [] : [kept.receivedAt + bounds.keepMs]),
    ...[seen, answered].flatMap((each) =>
      each === undefined ? [] : [each.at + bounds.rememberMs],
    ),
    ...(state.closedAt === undefined ? [] : [state.closedAt + bounds.lateMs]),
    ...(state.lostAt === undefined ? [] : [state.lostAt + bounds.rememberMs]),
  ];
  if (ends.length === 0) return undefined;
  return Math.max(Math.min(...ends), now + Math.ceil(bounds.rememberMs / SOONEST));
}
