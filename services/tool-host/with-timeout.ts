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
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new DOMException(`timed out after ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  const signal = AbortSignal.any([attempt, timeout.signal]);
  // A wrapper, so that what is thrown before the first await is a rejection as well.
  const working = (async () => work(signal))();
  try {
    return { timedOut: false, value: await Promise.race([rejectionBy(signal), working]) };
  } catch (error) {
    // Also when `work` heeded its signal and was the quicker one to reject.
    if (timeout.signal.aborted) return { timedOut: true };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
}
