// Owns asking until there is an answer, as every client of a cluster does: the node that it spoke to
// may be the one that has died. What is asked may be repeated.
import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MS = 50;

/** Rejects with the last reason when the bound, in milliseconds, has passed. */
export async function persist<T>(act: () => Promise<T>, boundMs = 90_000): Promise<T> {
  const deadline = Date.now() + boundMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(PAUSE_MS);
  }
}
