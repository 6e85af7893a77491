// Owns a point in a model or a tool of these tests at which it stops until the test lets it go,
// so that the test acts while the call is in flight, without a guess about time.
import { expect, vi } from "vitest";
import { PATIENCE } from "./task.ts";

export interface Gate {
  /** Settles when this many have come to the gate; 1 by default. */
  reached(count?: number): Promise<void>;
  /** How often somebody came. */
  arrivals(): number;
  /** Waits at the gate; rejects when the signal aborts. */
  pass(signal?: AbortSignal): Promise<void>;
  /** Lets everybody through, now and later. */
  open(): void;
}

export function createGate(): Gate {
  const opened = Promise.withResolvers<void>();
  let arrivals = 0;
  return {
    reached: (count = 1) =>
      vi.waitFor(() => expect(arrivals).toBeGreaterThanOrEqual(count), PATIENCE),
    arrivals: () => arrivals,
    async pass(signal) {
      arrivals += 1;
      if (signal === undefined) return opened.promise;
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => aborted.reject(new DOMException("aborted", "AbortError"));
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      return Promise.race([opened.promise, aborted.promise]);
    },
    open: () => opened.resolve(),
  };
}
