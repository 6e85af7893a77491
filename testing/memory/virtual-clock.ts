// Owns virtual time: it stands still while anything real is going on, moves only when a test
// says so, and then jumps from timer to timer.
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as nextTick } from "node:timers/promises";

/** Virtual time starts here unless it is told otherwise. */
const START = Date.UTC(2026, 0, 1);

export interface VirtualClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Resolves so many milliseconds of virtual time later; rejects when the signal aborts first. A
   * tool or a model provider that waits with it takes that long.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Moves time on, from timer to timer, and resolves when what was due then is done. */
  advance(ms: number): Promise<void>;
  /** Resolves when nothing is left that can be done without time moving on. */
  settled(): Promise<void>;
  /** Moves time on to the next timer, at most up to `until`. False when there is none. */
  jump(until: number): Promise<boolean>;
  /** Runs real work; time stands still meanwhile, unless it sleeps by this clock. */
  work<T>(run: () => Promise<T>): Promise<T>;
}

/** A clock at `start`, milliseconds since the epoch; 2026-01-01 by default. */
export function createVirtualClock(start = START): VirtualClock {
  let now = start;
  const timers = new Set<Timer>();
  const works = createWorks();

  const jump = async (until: number): Promise<boolean> => {
    await works.settled();
    const next = earliest(timers);
    if (next === undefined || next.at > until) return false;
    now = Math.max(now, next.at);
    next.fire();
    await works.settled();
    return true;
  };

  return {
    now: () => now,
    sleep: (ms, signal) => works.asleep(() => waitUntil(timers, now + Math.max(0, ms), signal)),
    advance: async (ms) => {
      const until = now + ms;
      while (await jump(until));
      now = until;
    },
    settled: works.settled,
    jump,
    work: works.run,
  };
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

function waitUntil(timers: Set<Timer>, at: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = (): void => {
      timers.delete(timer);
      reject(signal?.reason as Error);
    };
    const fire = (): void => {
      timers.delete(timer);
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    const timer: Timer = { at, fire };
    signal?.addEventListener("abort", abort, { once: true });
    timers.add(timer);
  });
}

/** Of those that are due together, the one that was set first. */
function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer;
  return first;
}

/** The real work that is going on; a piece that sleeps in virtual time does not count. */
function createWorks() {
  const works = new Set<{ sleeping: number }>();
  const current = new AsyncLocalStorage<{ sleeping: number }>();
  let changed = Promise.withResolvers<void>();

  const change = (): void => {
    const before = changed;
    changed = Promise.withResolvers<void>();
    before.resolve();
  };

  return {
    settled: async (): Promise<void> => {
      for (;;) {
        // Whatever promises alone can bring on has been done when a task's turn comes.
        await nextTick();
        if ([...works].every(({ sleeping }) => sleeping > 0)) return;
        await changed.promise;
      }
    },
    run: async <T>(run: () => Promise<T>): Promise<T> => {
      const work = { sleeping: 0 };
      works.add(work);
      try {
        return await current.run(work, run);
      } finally {
        works.delete(work);
        change();
      }
    },
    asleep: async (sleep: () => Promise<void>): Promise<void> => {
      const work = current.getStore() ?? { sleeping: 0 };
      work.sleeping += 1;
      change();
      try {
        await sleep();
      } finally {
        work.sleeping -= 1;
      }
    },
  };
}
