// Owns waiting for something to happen: whoever waits goes on when it is rung, or when the time is up.

export interface Bell {
  ring(): void;
  /** Resolves when it was rung since the last wait, after `ms` milliseconds, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms, signal) => {
      if (!rung && !signal.aborted && ms > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          const end = (): void => {
            clearTimeout(timer);
            signal.removeEventListener("abort", end);
            resolve();
          };
          wake = end;
          signal.addEventListener("abort", end, { once: true });
        });
        wake = undefined;
      }
      rung = false;
    },
  };
}
