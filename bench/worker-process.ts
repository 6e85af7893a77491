// Owns a worker process as the bench sees it: its start, its marks, its end. What runs in it is
// in worker.ts.
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Mark, WorkerMessage, WorkerOptions } from "./orders.ts";

export interface WorkerProcess {
  readonly pid: number;
  readonly port: number;
  readonly baselinePort: number;
  /** The addresses to register, the baseline's among them. */
  readonly deployments: readonly string[];
  /**
   * Resolves to the first marks that match, once there are `count` of them (default 1). Rejects
   * when `boundMs` (two minutes by default) bring none, or when the process is gone. Ask before
   * what causes the marks.
   */
  marks(
    matches: (mark: Mark) => boolean,
    count?: number,
    boundMs?: number,
  ): Promise<readonly Mark[]>;
  /** Tells of each mark from now on; the answer ends that. */
  onMark(listener: (mark: Mark) => void): () => void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when the process is gone. */
  stop(): Promise<void>;
}

const MARK_BOUND_MS = 120_000;

export async function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  const child = fork(new URL("worker.ts", import.meta.url), [JSON.stringify(options)]);
  const exited = once(child, "exit");
  const listeners = new Set<(mark: Mark) => void>();
  const gone = new AbortController();
  const serving = new Promise<readonly string[]>((resolve, reject) => {
    child.on("message", (message: WorkerMessage) => {
      if ("deployments" in message) resolve(message.deployments);
      else for (const listener of listeners) listener(message.mark);
    });
    void exited.then(() => {
      gone.abort();
      reject(new Error("the worker ended before it served"));
    });
  });
  const deployments = await serving;
  const onMark: WorkerProcess["onMark"] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    port: options.port,
    baselinePort: options.baselinePort,
    deployments,
    onMark,
    marks(matches, count = 1, boundMs = MARK_BOUND_MS) {
      const marks = collect({ onMark, matches, count, boundMs, gone: gone.signal });
      // Its failure is for whoever awaits it, which may be much later.
      marks.catch(() => undefined);
      return marks;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

interface Collecting {
  readonly onMark: WorkerProcess["onMark"];
  readonly matches: (mark: Mark) => boolean;
  readonly count: number;
  readonly boundMs: number;
  readonly gone: AbortSignal;
}

function collect({ onMark, matches, count, boundMs, gone }: Collecting): Promise<readonly Mark[]> {
  return new Promise((resolve, reject) => {
    const found: Mark[] = [];
    const end = (settle: () => void): void => {
      clearTimeout(bound);
      gone.removeEventListener("abort", fail);
      off();
      settle();
    };
    const fail = (): void =>
      end(() => reject(new Error(`only ${found.length} of ${count} marks came`)));
    const bound = setTimeout(fail, boundMs);
    gone.addEventListener("abort", fail);
    const off = onMark((mark) => {
      if (!matches(mark)) return;
      found.push(mark);
      bound.refresh();
      if (found.length === count) end(() => resolve(found));
    });
  });
}
