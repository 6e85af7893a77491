// Owns the rules of an inbox: what becomes of an event, of a wait that opens and of one that ends.
// One event ends a wait; one wait gets one event.
import type { PublishResult, Subscribe, InboxView } from "../../contract/inbox.ts";
import { sha256 } from "../digest.ts";
import type {
  InboxBounds,
  InboxState,
  KeptEvent,
  Remembered,
  Subscription,
} from "./inbox-state.ts";
import { prune } from "./prune.ts";

export interface Accepted {
  readonly state: InboxState;
  readonly result: PublishResult["result"];
  /** Each is sent the event. */
  readonly notify: readonly Subscription[];
  /** Under which number the payload is kept. */
  readonly keep?: number;
  /** Numbers of the payloads to forget, the dropped ones among them. */
  readonly forget: readonly number[];
  readonly dropped: number;
}

/** An event comes. `duplicate` and `late` leave the (pruned) state as it is. */
export function accept(
  before: InboxState,
  eventId: string,
  now: number,
  bounds: InboxBounds,
): Accepted {
  const { state, forget } = prune(before, now, bounds);
  const unchanged = { state, notify: [], forget, dropped: 0 };
  if (isAmong(state.seen, eventId)) return { ...unchanged, result: "duplicate" };
  if (state.subscriptions.length > 0) return deliver(state, { eventId, now, bounds, forget });
  if (state.closedAt !== undefined) return { ...unchanged, result: "late" };
  const all = [...state.kept, { n: state.next, eventId, receivedAt: now }];
  const tooMany = all.slice(0, Math.max(0, all.length - bounds.keepCount));
  return {
    state: {
      ...state,
      kept: all.slice(tooMany.length),
      next: state.next + 1,
      seen: remember(state.seen, [eventId], now, bounds),
      dropped: state.dropped + tooMany.length,
      ...(tooMany.length === 0 ? {} : { lostAt: now }),
    },
    result: "kept",
    notify: [],
    keep: state.next,
    forget: [...forget, ...tooMany.map(({ n }) => n)],
    dropped: tooMany.length,
  };
}

interface Delivery {
  readonly eventId: string;
  readonly now: number;
  readonly bounds: InboxBounds;
  readonly forget: readonly number[];
}

function deliver(state: InboxState, { eventId, now, bounds, forget }: Delivery): Accepted {
  const operations = state.subscriptions.map(({ operationId }) => operationId);
  return {
    state: {
      ...state,
      subscriptions: [],
      seen: remember(state.seen, [eventId], now, bounds),
      answered: remember(state.answered, operations, now, bounds),
    },
    result: "delivered",
    notify: state.subscriptions,
    forget,
    dropped: 0,
  };
}

export interface Subscribed {
  readonly state: InboxState;
  readonly forget: readonly number[];
  /** The wait gets this one at once. Its number is not among `forget`. */
  readonly take?: KeptEvent;
}

/** A wait opens: it takes the oldest kept event, or is told of the next one. */
export function subscribe(
  before: InboxState,
  wait: Omit<Subscribe, "v">,
  now: number,
  bounds: InboxBounds,
): Subscribed {
  const { state, forget } = prune(before, now, bounds);
  const { operationId, until } = wait;
  if (isAmong(state.answered, operationId)) return { state, forget };
  const { closedAt: __, ...open } = state;
  const [oldest, ...kept] = state.kept;
  if (until !== undefined && until <= now) {
    // It was over before it came here: as one that has just run out.
    return {
      state: isOpen(state) ? state : prune(closed(state, until), now, bounds).state,
      forget,
    };
  }
  if (oldest !== undefined) {
    const answered = remember(state.answered, [operationId], now, bounds);
    return { state: { ...open, kept, answered }, forget, take: oldest };
  }
  const same = state.subscriptions.find((each) => each.operationId === operationId);
  const subscription: Subscription = { ...wait, since: same?.since ?? now };
  const subscriptions =
    same === undefined
      ? [...state.subscriptions, subscription]
      : state.subscriptions.map((each) => (each === same ? subscription : each));
  return { state: { ...open, subscriptions }, forget };
}

/** A wait ends without an event. One that is not open here changes nothing. */
export function unsubscribe(
  before: InboxState,
  operationId: string,
  now: number,
  bounds: InboxBounds,
): { readonly state: InboxState; readonly forget: readonly number[] } {
  const { state, forget } = prune(before, now, bounds);
  const subscriptions = state.subscriptions.filter((each) => each.operationId !== operationId);
  if (subscriptions.length === state.subscriptions.length) return { state, forget };
  const left = { ...state, subscriptions };
  // Pruned again, since no event may be `late` where that takes no time at all.
  return { state: isOpen(left) ? left : prune(closed(left, now), now, bounds).state, forget };
}

function isOpen({ subscriptions }: InboxState): boolean {
  return subscriptions.length > 0;
}

function closed(state: InboxState, at: number): InboxState {
  return { ...state, closedAt: Math.max(at, state.closedAt ?? at) };
}

/** What an operator is shown. */
export function viewInbox(before: InboxState, now: number, bounds: InboxBounds): InboxView {
  const { state } = prune(before, now, bounds);
  return {
    waits: state.subscriptions,
    kept: state.kept.map(({ eventId, receivedAt }) => ({ eventId, receivedAt })),
    dropped: state.dropped,
    expired: state.expired,
    ...(state.lostAt === undefined ? {} : { lostAt: state.lostAt }),
    remembered: state.seen.length,
    ...(state.closedAt === undefined ? {} : { lateUntil: state.closedAt + bounds.lateMs }),
  };
}

const DIGEST_LENGTH = 32;

function shortDigest(id: string): string {
  return sha256(id).slice(0, DIGEST_LENGTH);
}

function isAmong(list: readonly Remembered[], id: string): boolean {
  const digest = shortDigest(id);
  return list.some((each) => each.id === digest);
}

/** The oldest are forgotten above the bound. */
function remember(
  list: readonly Remembered[],
  ids: readonly string[],
  at: number,
  { rememberCount }: InboxBounds,
): readonly Remembered[] {
  return [...list, ...ids.map((id) => ({ id: shortDigest(id), at }))].slice(-rememberCount);
}
