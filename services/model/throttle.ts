// Owns when one provider is left alone, for how long, and how many calls go out after that.
// It is arithmetic over a given clock and given randomness; the queue is the gate's.
import type { ProviderReply, ProviderTrouble } from "../../contract/model.ts";

/** First and longest pause, in milliseconds, when the provider does not say how long. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Milliseconds of ramp per call that was turned away: 200 tasks come back over 5 seconds. */
const SPREAD_MS = 25;

export interface ThrottleOptions {
  /** Calls in flight while the provider takes them. */
  readonly maxConcurrent: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export interface Throttle {
  isClosed(): boolean;
  /** How many calls may be in flight now. */
  allowed(): number;
  /** Rises with each closing. A call is judged by the period that it went out in. */
  period(): number;
  /** What a reply means for others; a closing one is returned with a pause that spreads them. */
  judge(reply: ProviderReply, period: number): ProviderReply;
  /** The answer for a call that may not go out. */
  turnAway(): ProviderTrouble;
}

type Wait = Extract<ProviderTrouble, { kind: "wait" }>;

const CLOSED: Wait = { kind: "wait", code: "rate_limited" };

/**
 * A 429, an overload or any `Retry-After` closes it. When it reopens, one call may go out;
 * each reply that is not "later" doubles the number that may be in flight.
 */
export function createThrottle({ maxConcurrent, now, random }: ThrottleOptions): Throttle {
  let allowed = maxConcurrent;
  let reopensAt = 0;
  let period = 0;
  let closedInARow = 0;
  let turnedAway = 0;

  const sendAway = (trouble: Wait): ProviderTrouble => {
    turnedAway += 1;
    const remaining = Math.max(0, reopensAt - now());
    const spread = random() * turnedAway * SPREAD_MS;
    return { ...trouble, retryAfterMs: Math.max(1, Math.ceil(remaining + spread)) };
  };

  const close = (asked: number, startedIn: number): void => {
    let pause = asked;
    if (startedIn === period) {
      period += 1;
      closedInARow += 1;
      allowed = 1;
      // The provider's word is taken as it is once; one that repeats itself is given more time.
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (closedInARow - 1));
      if (asked === 0 || closedInARow > 1) pause = Math.max(asked, random() * longest);
    }
    reopensAt = Math.max(reopensAt, now() + pause);
  };

  return {
    isClosed: () => now() < reopensAt,
    allowed: () => allowed,
    period: () => period,
    turnAway: () => sendAway(CLOSED),
    judge: (reply, startedIn) => {
      if (reply.kind === "wait") {
        if (!isForAll(reply)) return reply;
        close(reply.retryAfterMs ?? 0, startedIn);
        return sendAway(reply);
      }
      if (startedIn === period) {
        closedInARow = 0;
        turnedAway = 0;
        allowed = Math.min(maxConcurrent, allowed * 2);
      }
      return reply;
    },
  };
}

/** Whether the reply says that others should not come either. */
function isForAll(reply: Wait): boolean {
  const isFull = reply.code === "rate_limited" || reply.code === "overloaded";
  return isFull || reply.retryAfterMs !== undefined;
}
