// Owns the process of the project's app: Node runs it, starts it anew when a file that it has loaded
// changes, and it ends with us, however we end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { environmentWith } from "../../services/config.ts";
import { guardOrphan } from "../../services/engine/orphan-guard.ts";

export interface AppProcess {
  /** Resolves when it is gone. Node goes on watching where the app itself fails. */
  readonly exited: Promise<unknown>;
  /** SIGTERM, and SIGKILL when that takes too long; resolves when it is gone. */
  stop(): Promise<void>;
}

const STOP_MS = 10_000;
const NODE_OPTIONS = [
  "--watch",
  "--watch-preserve-output",
  "--disable-warning=ExperimentalWarning",
];

export function startApp(file: string, environment: Readonly<Record<string, string>>): AppProcess {
  const child = spawn(process.execPath, [...NODE_OPTIONS, file], {
    // What the app writes is no answer of ours.
    stdio: ["ignore", 2, 2],
    // A group of its own: Ctrl-C reaches us alone, so that we choose the order in which things end.
    detached: true,
    env: environmentWith(environment),
  });
  const exited = once(child, "exit");
  const { pid } = child;
  // The whole group: node --watch is the parent of the app.
  const guard = pid === undefined ? undefined : guardOrphan(-pid);
  const released = exited.then(() => guard?.release());
  return {
    exited: released,
    async stop() {
      const bound = setTimeout(() => pid !== undefined && process.kill(-pid, "SIGKILL"), STOP_MS);
      child.kill("SIGTERM");
      await released;
      clearTimeout(bound);
    },
  };
}
