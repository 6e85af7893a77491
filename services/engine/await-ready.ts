// Owns waiting for a process that we started to take calls: asks again until it does.
import { setTimeout as delay } from "node:timers/promises";

export interface ReadyBounds {
  /** Milliseconds until it is given up. */
  readonly boundMs: number;
  /** Gives up at once, e.g. because the process is gone. */
  readonly signal?: AbortSignal;
}

const POLL_MS = 25;

/** Resolves once `check` does; rejects after the bound with the last reason as its cause. */
export async function awaitReady(
  what: string,
  check: () => Promise<void>,
  { boundMs, signal }: ReadyBounds,
): Promise<void> {
  const deadline = Date.now() + boundMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (signal?.aborted === true) throw new Error(`${what} is gone`, { cause: error });
      if (Date.now() > deadline) {
        throw new Error(`${what} was not ready within ${boundMs} ms`, { cause: error });
      }
    }
    await delay(POLL_MS);
  }
}
