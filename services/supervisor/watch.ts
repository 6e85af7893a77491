// Owns the pace of what the supervisor looks at less often than in each of its rounds.

export interface Watch {
  /** Looks, unless it did a moment ago. Rejects when what it looks at cannot be asked. */
  look(): Promise<void>;
}

/** Calls `look`, with the time, at most once in `everyMs` milliseconds. */
export function createWatch(everyMs: number, look: (now: number) => Promise<void>): Watch {
  let nextAt = 0;
  return {
    async look() {
      const now = Date.now();
      if (now < nextAt) return;
      nextAt = now + everyMs;
      await look(now);
    },
  };
}
