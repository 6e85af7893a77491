// Owns the bound on an author's code, which may ignore every signal.

export type Bounded<T> =
  | { readonly timedOut: false; readonly value: T }
  | { readonly timedOut: true };

/**
 * Runs `work` until it settles, the time is up, or the attempt is over; then its signal is
 * aborted, and whatever it still does is nobody's any more. Rejects as `work` does, and when
 * the attempt is over.
 */
export async function withTimeout<T>(
  timeoutMs: number,
  attempt: AbortSignal,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<Bounded<T>> {
  attempt.throwIfAborted();
  // One controller for all ends: AbortSignal.any costs each call several times as much.
  const bound = new AbortController();
  const over = Promise.withResolvers<never>();
  const end = (reason: unknown): void => {
    bound.abort(reason);
    over.reject(reason);
  };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end(new DOMException(`timed out after ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  const giveUp = (): void => end(attempt.reason);
  attempt.addEventListener("abort", giveUp, { once: true });
  // A wrapper, so that what is thrown before the first await is a rejection as well.
  const working = (async () => work(bound.signal))();
  try {
    return { timedOut: false, value: await Promise.race([over.promise, working]) };
  } catch (error) {
    // Also when `work` heeded its signal and was the quicker one to reject.
    if (timedOut) return { timedOut: true };
    throw error;
  } finally {
    clearTimeout(timer);
    attempt.removeEventListener("abort", giveUp);
    bound.abort(SETTLED);
  }
}

/** Made once: an exception for each call would cost as much as the rest. */
const SETTLED = new DOMException("the call has ended", "AbortError");
