// Owns the worker processes of a crash run: one that serves, and a spare that has started and
// takes its place, behind the same address, as soon as it is dead.
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { join } from "node:path";
import { freePorts } from "../../services/engine/ports.ts";
import type { CrashSettings, FromWorker, ToWorker } from "./crash-messages.ts";

export interface WorkerPoolOptions {
  readonly workerFile: string | URL;
  readonly env: Readonly<Record<string, string>>;
  readonly settings: CrashSettings;
  /** Hears of each journal entry of the worker that serves. */
  readonly onEntry: (entry: string) => void;
}

export interface WorkerPool extends AsyncDisposable {
  /** The addresses to register. */
  readonly addresses: readonly string[];
  /** Makes the serving worker count anew, and die in place of the entry with this name. */
  arm(entry: string | null): Promise<void>;
  /** Workers that have died by their own hand so far. */
  deaths(): number;
  /** Settles when a worker serves again. */
  serving(): Promise<void>;
  /** Rejects when a worker ended that was not to; never resolves. */
  readonly broken: Promise<never>;
}

/** Starts the first worker and its spare, and resolves once the first serves. */
export async function startWorkers(options: WorkerPoolOptions): Promise<WorkerPool> {
  const [port = 0] = await freePorts(1);
  const broken = Promise.withResolvers<never>();
  // Nobody may be waiting when it happens; whoever waits next is told.
  broken.promise.catch(() => undefined);
  let closing = false;
  let deaths = 0;
  let current = spawnWorker(options);
  const paths = await current.serve(port);
  let spare = spawnWorker(options);
  let serving = Promise.resolve();

  const follow = (): void => {
    void current.exited.then((how) => {
      if (closing) return;
      if (how !== "SIGKILL") broken.reject(current.endedBy(how));
      serving = replace();
      serving.catch(broken.reject);
    });
  };
  const replace = async (): Promise<void> => {
    deaths += 1;
    current = spare;
    spare = spawnWorker(options);
    follow();
    await current.serve(port);
  };
  follow();

  return {
    addresses: paths.map((path) => `http://127.0.0.1:${port}${path}`),
    arm: async (entry) => {
      await serving;
      await current.arm(entry);
    },
    deaths: () => deaths,
    serving: () => serving,
    broken: broken.promise,
    [Symbol.asyncDispose]: async () => {
      closing = true;
      await serving.catch(() => undefined);
      await Promise.all([current.kill(), spare.kill()]);
    },
  };
}

interface WorkerProcess {
  readonly exited: Promise<string>;
  serve(port: number): Promise<readonly string[]>;
  arm(entry: string | null): Promise<void>;
  kill(): Promise<void>;
  endedBy(how: string): Error;
}

const LAST_WORDS = 4_000;

function spawnWorker({ workerFile, env, settings, onEntry }: WorkerPoolOptions): WorkerProcess {
  const child = fork(workerFile, [JSON.stringify(settings)], {
    // Nothing of ours but what is given. Dozens of workers need not each compile the same files.
    env: {
      NODE_NO_WARNINGS: "1",
      NODE_COMPILE_CACHE: join(settings.directory, "compile-cache"),
      ...env,
    },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      words = (words + chunk).slice(-LAST_WORDS);
    });
  }
  child.on("message", (message: FromWorker) => {
    if ("entry" in message) onEntry(message.entry);
  });
  const endedBy = (how: string) =>
    new Error(`the worker ${String(workerFile)} ended by ${how}; its last words:\n${words}`);
  const hear = <T>(pick: (message: FromWorker) => T | undefined) =>
    Promise.race([
      heard(child, pick),
      exited.then((how): never => {
        throw endedBy(how);
      }),
    ]);
  const ready = hear((message) => ("ready" in message ? true : undefined));
  ready.catch(() => undefined);
  const say = (message: ToWorker) => child.send(message);
  return {
    exited,
    endedBy,
    serve: async (port) => {
      await ready;
      say({ serve: port });
      return hear((message) => ("serving" in message ? message.serving : undefined));
    },
    arm: async (entry) => {
      say({ arm: entry });
      await hear((message) => ("armed" in message ? true : undefined));
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The next message that this is about. */
function heard<T>(child: ChildProcess, pick: (message: FromWorker) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const listen = (message: FromWorker): void => {
      const picked = pick(message);
      if (picked === undefined) return;
      child.off("message", listen);
      resolve(picked);
    };
    child.on("message", listen);
  });
}
