// Owns the form of a failure of the command line: one sentence for people, a code for programs, and
// the exit code that says whose turn it is.
import { EXIT, type ExitCode } from "./exit-code.ts";

const KIND = "holdfast-cli-problem";

export interface CliProblem {
  /** The API's code, or one of the command line's own (docs/cli.md). */
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

interface CliError extends Error {
  readonly problem: CliProblem;
}

/** An error that ends the command with its sentence. */
export function cliProblem(exitCode: ExitCode, code: string, message: string): CliError {
  return Object.assign(new Error(message), { name: KIND, problem: { code, message, exitCode } });
}

export function usage(message: string): CliError {
  return cliProblem(EXIT.usage, "usage", message);
}

export function interrupted(): CliError {
  return cliProblem(EXIT.interrupted, "interrupted", "interrupted");
}

/** What an error ends the command with; one that nobody foresaw is `failed`. */
export function problemOf(error: unknown): CliProblem {
  if (error instanceof Error && error.name === KIND) return (error as CliError).problem;
  const message = error instanceof Error ? error.message : String(error);
  return { code: "failed", message, exitCode: EXIT.failed };
}
