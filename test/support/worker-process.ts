// Owns a worker as a real process: starting it with this Node, its messages, its end.
import { fork } from "node:child_process";
import { once } from "node:events";
import { CHILD_ENV } from "./child-env.ts";

export interface WorkerOptions {
  /** The port of a worker that is gone, to take its place. A free one by default. */
  readonly port?: number;
  /** Arguments of the process, after the port: from `process.argv[3]` on. */
  readonly args?: readonly string[];
  /** True by default. A worker behind a registered address need not be registered again. */
  readonly register?: boolean;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** What the worker has sent with `report(...)`, oldest first. Poll it with `vi.waitFor`. */
  readonly messages: readonly unknown[];
  /** What it wrote to stdout and stderr. */
  output(): string;
  /** Settles when the process is gone, however it ended. */
  readonly exited: Promise<unknown>;
  /** To `process.on("message")` there. */
  send(message: object): void;
  /** SIGKILL; resolves when the process is gone. Fine to call again. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code, or null after a signal. */
  stop(): Promise<number | null>;
}

export async function spawnProcess(
  file: string | URL,
  port: number,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<WorkerProcess> {
  const child = fork(file, [String(port), ...args], {
    env: { ...CHILD_ENV, ...env },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
  });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  const messages: unknown[] = [];
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message) => {
      if (isServing(message)) resolve();
      else messages.push(message);
    });
    void exited.then(([code]) => {
      reject(new Error(`worker ${String(file)} ended with ${code} before it served:\n${output}`));
    });
  });

  return {
    pid: child.pid ?? 0,
    port,
    url: `http://127.0.0.1:${port}`,
    messages,
    output: () => output,
    exited,
    // One that is gone hears nothing.
    send: (message) => void child.send(message, () => undefined),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
  };
}

function isServing(message: unknown): boolean {
  return typeof message === "object" && message !== null && "serving" in message;
}
