// Owns a child process of the example, seen from the one that starts it: start it, wait until it
// says that it is ready, kill it, stop it. Its other end is ready-child.ts.
import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChildMessage } from "./ready-child.ts";

export interface Child {
  readonly pid: number;
  readonly url: string;
  /** Resolves when it is gone. */
  readonly exited: Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when that takes too long; resolves when it is gone. */
  stop(): Promise<void>;
}

const STOP_MS = 10_000;

/** Rejects with the child's own words when it cannot serve. */
export async function startChild(
  script: string,
  args: readonly string[],
  logFile: string,
): Promise<Child> {
  const log = openSync(logFile, "a");
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    // A process group of its own: Ctrl-C in a terminal reaches the one who started it alone,
    // which then stops everything in order.
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const exited = once(child, "exit");
  const said = once(child, "message") as Promise<[ChildMessage]>;
  const [message] = await Promise.race([
    said,
    exited.then((): [ChildMessage] => [{ problem: `${script} ended, see ${logFile}` }]),
  ]);
  if ("problem" in message) {
    await exited;
    throw new Error(message.problem);
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    url: message.url,
    exited,
    kill: () => end("SIGKILL"),
    stop: async () => {
      const bound = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await end("SIGTERM");
      clearTimeout(bound);
    },
  };
}
