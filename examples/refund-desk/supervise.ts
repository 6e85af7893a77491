// Owns the supervision of a process: a dead one is replaced after a second, at the same
// address, until it is stopped on purpose.
import { setTimeout as sleep } from "node:timers/promises";

const RESTART_MS = 1000;

interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface Supervised {
  pid(): number;
  /** SIGKILL, as a crash; resolves when the process is gone. A new one follows by itself. */
  kill(): Promise<void>;
  /** Resolves when the process is up. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

/** Rejects when the first start does. Later ones are tried until one succeeds. */
export async function supervise(
  name: string,
  start: (first: boolean) => Promise<RunningProcess>,
  say: (line: string) => void,
): Promise<Supervised> {
  const stopped = new AbortController();
  let running = await start(true);
  let up = Promise.resolve();

  const replace = async (): Promise<void> => {
    say(`${name} (process ${running.pid}) is gone; a new one starts in a second.`);
    for (;;) {
      await sleep(RESTART_MS, undefined, { signal: stopped.signal });
      try {
        running = await start(false);
        break;
      } catch (error) {
        say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    say(`${name} is up again: process ${running.pid}.`);
    watch();
  };
  const watch = (): void => {
    void running.exited.then(() => {
      // A stop in between ends the wait by an exception.
      if (!stopped.signal.aborted) up = replace().catch(() => undefined);
    });
  };
  watch();

  return {
    pid: () => running.pid,
    kill: () => running.kill(),
    up: () => up,
    stop: async () => {
      stopped.abort();
      await up;
      await running.stop();
    },
  };
}
