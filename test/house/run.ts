// Owns running one command to its end and keeping all that it said.
import { execFile } from "node:child_process";
import { delimiter, dirname } from "node:path";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs on this process's Node whatever asks for `node`. A failure is an outcome, not a rejection. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  path: readonly string[] = [],
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const PATH = [...path, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH, NO_COLOR: "1" };
  execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
  });
  return promise;
}
