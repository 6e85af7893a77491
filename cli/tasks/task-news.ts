// Owns when tasks are worth another look: where a gateway tells, when one of them has changed, and else
// every so often.
import { setTimeout as delay } from "node:timers/promises";
import type { Api } from "../api/api.ts";
import { pauseFor, readStream } from "../api/read-stream.ts";

/** At most so often is looked, however much happens, in milliseconds. */
const POLL_MS = 1_000;
/** A stream that was cut off is asked for again after so long, in milliseconds. */
const AGAIN_MS = 1_000;

const FLEET = { path: ["stream"], about: "stream" };

export interface TaskNews extends Disposable {
  /** Resolves when there is something to look at, or after so many milliseconds. Rejects when interrupted. */
  next(ms: number): Promise<void>;
}

export function openTaskNews(api: Api, signal: AbortSignal): TaskNews {
  const closed = new AbortController();
  let news = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => closed.abort(), { once: true });
  if (api.tells) void hear(api, closed.signal, () => news.resolve());
  return {
    async next(ms) {
      await pauseFor(Math.min(ms, POLL_MS), signal);
      if (api.tells && ms > POLL_MS) await before(news.promise, ms - POLL_MS, signal);
      news = Promise.withResolvers();
    },
    [Symbol.dispose]: () => closed.abort(),
  };
}

/** What is wrong with a stream, whoever looks finds out. */
async function hear(api: Api, signal: AbortSignal, ring: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      // Also when it begins: what happened before that it does not tell.
      for await (const _ of readStream(api, FLEET, signal)) ring();
    } catch {
      // It could not be had.
      ring();
    }
    await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function before(news: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const late = delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  const end = (): void => over.abort();
  signal.addEventListener("abort", end, { once: true });
  await Promise.race([news, late]);
  signal.removeEventListener("abort", end);
  over.abort();
  // Rejects when it was interrupted.
  await pauseFor(0, signal);
}
