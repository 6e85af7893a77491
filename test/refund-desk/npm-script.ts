// Owns an npm script of the project as a real process, as somebody in a terminal runs it: on
// ports and in a folder of its own, with its output, and with Ctrl-C.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePorts } from "../../services/engine/ports.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BOUND_MS = 90_000;

export type Environment = Readonly<Record<string, string>>;

export interface NpmScript {
  output(): string;
  /** Resolves to the match once the output has it; rejects when the script ends before. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ctrl-C: SIGINT to every process in the terminal's foreground. Resolves when all ended. */
  pressCtrlC(): Promise<void>;
  /** SIGKILL to the same processes, which leaves them no time to stop what they started. */
  kill(): Promise<void>;
  /** Resolves to the exit code. */
  ended(): Promise<number | null>;
}

/** Settings under which a script disturbs nobody. No model but the scripted one. */
export async function ownEnvironment(dataDir: string): Promise<Environment> {
  const [ingress, admin, fabric, worker, gateway] = await freePorts(5);
  return {
    HOLDFAST_DATA_DIR: dataDir,
    HOLDFAST_INGRESS_PORT: String(ingress),
    HOLDFAST_ADMIN_PORT: String(admin),
    HOLDFAST_FABRIC_PORT: String(fabric),
    HOLDFAST_WORKER_PORT: String(worker),
    HOLDFAST_GATEWAY_PORT: String(gateway),
    OPENAI_API_KEY: "",
    OPENAI_BASE_URL: "",
    RESTATE_INGRESS_URL: "",
    RESTATE_ADMIN_URL: "",
  };
}

export function runNpm(args: readonly string[], environment: Environment): NpmScript {
  const child = spawn("npm", [...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    // The leader of a process group, as a command in a terminal.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      child.emit("output");
    });
  }
  // Closed only when every process that writes to it is gone.
  const closed = once(child, "close") as Promise<[number | null]>;
  const signalAll = async (signal: NodeJS.Signals): Promise<void> => {
    const runs = child.exitCode === null && child.signalCode === null;
    if (runs && child.pid !== undefined) process.kill(-child.pid, signal);
    await closed;
  };
  return {
    output: () => output,
    shows: async (pattern) => {
      const signal = AbortSignal.timeout(BOUND_MS);
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`no ${pattern} in:\n${output}`);
        await Promise.race([once(child, "output", { signal }), closed]).catch(() => {
          throw new Error(`no ${pattern} within ${BOUND_MS} ms in:\n${output}`);
        });
      }
    },
    pressCtrlC: () => signalAll("SIGINT"),
    kill: () => signalAll("SIGKILL"),
    ended: async () => (await closed)[0],
  };
}
