// Owns how far the clock of this process is from Restate's, by the `Date` header of the ingress (F27).
// What follows from that is readiness.ts's to say.
import { setTimeout as delay } from "node:timers/promises";

export interface ServerClock {
  /** Compares now. Rejects when the ingress does not answer with its time. */
  look(): Promise<void>;
  /**
   * By how many milliseconds this clock is ahead of the server's at least, or behind it when negative;
   * 0 when the two may agree. Undefined before the first look that was answered.
   */
  skewMs(): number | undefined;
  /** Looks now, and again every five seconds. */
  start(): void;
  stop(): void;
}

/** Between two looks, and how long one may take, in milliseconds. */
const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** The header has whole seconds. */
const RESOLUTION_MS = 1_000;

/** The server's time is the monotonic clock's and something from `least` to `most`, in milliseconds. */
interface Offset {
  readonly least: number;
  readonly most: number;
}

export function createServerClock(ingressUrl: string): ServerClock {
  const url = new URL("restate/health", ingressUrl.endsWith("/") ? ingressUrl : `${ingressUrl}/`);
  const stopped = new AbortController();
  let offset: Offset | undefined;
  const look = async (): Promise<void> => {
    offset = await compare(url, stopped.signal);
  };
  return {
    look,
    start: () => void lookOften(look, stopped.signal),
    // By the monotonic clock since then, so that a jump is seen at once and not at the next look.
    skewMs: () =>
      offset === undefined ? undefined : skewOf(offset, Date.now() - performance.now()),
    stop: () => stopped.abort(),
  };
}

async function lookOften(look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // An ingress that does not answer is the supervisor's to complain about.
    await look().catch(() => undefined);
    await delay(INTERVAL_MS, undefined, { ref: false, signal }).catch(() => undefined);
  }
}

/** An answer that took long says little, and never more than is sure. */
async function compare(url: URL, signal: AbortSignal): Promise<Offset> {
  const asked = performance.now();
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const answered = performance.now();
  await response.body?.cancel();
  const time = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(time)) throw new Error(`${url.href} does not say what time it is`);
  return { least: time - answered, most: time + RESOLUTION_MS - asked };
}

/** `own` is the wall clock's distance from the monotonic one. */
function skewOf({ least, most }: Offset, own: number): number {
  if (own > most) return own - most;
  return own < least ? own - least : 0;
}
