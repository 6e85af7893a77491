// Owns running the `holdfast` command as a process, as people and scripts do, from the source.
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { CHILD_ENV } from "../../support/child-env.ts";

const HOLDFAST = new URL("../../../cli/holdfast.ts", import.meta.url).pathname;

export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** All that it sees of an environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped to it. */
  readonly input?: string;
  readonly cwd?: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  /** What it has said so far. */
  said(): { readonly stdout: string; readonly stderr: string };
  readonly outcome: Promise<CliOutcome>;
}

export function startCli(
  args: readonly string[],
  { env = {}, input = "", cwd = tmpdir() }: CliOptions = {},
): RunningCli {
  const child = spawn(process.execPath, [HOLDFAST, ...args], {
    cwd,
    env: { ...CHILD_ENV, ...env },
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      said[stream] += chunk;
    });
  child.stdin.end(input);
  const outcome = new Promise<CliOutcome>((resolve) => {
    child.once("close", (code) => resolve({ code, ...said }));
  });
  return { process: child, said: () => ({ ...said }), outcome };
}

/** Runs it to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliOutcome> {
  return startCli(args, options).outcome;
}
