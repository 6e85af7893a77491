// Owns how many requests one caller may make: so many in a minute, counted by each gateway for itself.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Caller } from "./caller.ts";
import { problem } from "./problem.ts";

export interface RateLimit {
  /** Of each principal of a tenant; a stream counts once, when it is opened. 1 or more. */
  readonly perMinute: number;
}

/** Rejects with 429 and the seconds until there is room again. */
export type TakeTurn = (caller: Caller) => Promise<void>;

const MINUTE_S = 60;

/** Throws an Error for a limit that is none. */
export function createRateLimit(limit: RateLimit | undefined): TakeTurn {
  if (limit === undefined) return async () => undefined;
  const { perMinute } = limit;
  if (!Number.isInteger(perMinute) || perMinute < 1)
    throw new Error(`rateLimit.perMinute is ${perMinute}; it must be a whole number above 0`);
  const limiter = new RateLimiterMemory({ points: perMinute, duration: MINUTE_S });
  return async ({ tenant = "", principal }) => {
    try {
      await limiter.consume(`${tenant}/${principal}`);
    } catch (turnedAway) {
      if (!(turnedAway instanceof RateLimiterRes)) throw turnedAway;
      const seconds = Math.max(1, Math.ceil(turnedAway.msBeforeNext / 1_000));
      throw problem(
        "rate_limited",
        `more than ${perMinute} requests in a minute; try again in ${seconds} s`,
        { retryAfterSeconds: String(seconds) },
      );
    }
  };
}
