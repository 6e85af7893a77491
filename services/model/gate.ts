// Owns how many calls go out to one provider: at once, per minute, and not at all while the
// provider says "later" (L12). It neither retries nor sleeps: a call that may not go out is
// answered `wait`, and its task waits durably.
import PQueue from "p-queue";
import type { ProviderReply } from "../../contract/model.ts";
import { abortError, throwIfAborted } from "./abort.ts";
import { createThrottle } from "./throttle.ts";

/** Calls in flight when the app does not say. */
const DEFAULT_MAX_CONCURRENT = 64;

export interface GateOptions {
  /** Calls in flight at once; default 64. */
  readonly maxConcurrent?: number;
  /** Calls in any 60 seconds; default unlimited. */
  readonly maxRequestsPerMinute?: number;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
  /** From 0 up to 1; for tests. */
  readonly random?: () => number;
}

/** Runs `work` when the gate lets it, or answers `wait` at once. Rejects with an AbortError. */
export type Gate = (
  work: () => Promise<ProviderReply>,
  signal: AbortSignal,
) => Promise<ProviderReply>;

/** A gate for one provider. Throws a TypeError for limits that are not whole numbers above 0. */
export function createGate(options: GateOptions = {}): Gate {
  const { maxConcurrent = DEFAULT_MAX_CONCURRENT, maxRequestsPerMinute } = options;
  const { now = Date.now, random = Math.random } = options;
  const throttle = createThrottle({ maxConcurrent, now, random });
  const perMinute =
    maxRequestsPerMinute === undefined
      ? {}
      : { interval: 60_000, intervalCap: maxRequestsPerMinute, strict: true };
  const queue = new PQueue({ concurrency: maxConcurrent, ...perMinute });

  return async (work, signal) => {
    throwIfAborted(signal);
    if (throttle.isClosed()) return throttle.turnAway();
    let started = false;
    const run = async (): Promise<ProviderReply> => {
      started = true;
      const period = throttle.period();
      const reply = throttle.judge(await work(), period);
      queue.concurrency = throttle.allowed();
      // Who waits in the queue is not to wait behind a closed gate.
      if (throttle.isClosed()) queue.clear();
      return reply;
    };
    try {
      return await queue.add(run, { signal });
    } catch (error) {
      if (signal.aborted) throw abortError();
      if (!started) return throttle.turnAway();
      throw error;
    }
  };
}
