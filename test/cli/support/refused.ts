// Owns the form of every refusal of the command line: its exit code, nothing on standard output, and one
// sentence on standard error.
import { expect } from "vitest";
import type { CliOutcome } from "./run-cli.ts";

export function refused(outcome: CliOutcome, code: number, said: RegExp): void {
  expect(outcome).toMatchObject({ code, stdout: "" });
  expect(outcome.stderr).toMatch(said);
  expect(outcome.stderr.match(/\n/g), outcome.stderr).toHaveLength(1);
  expect(outcome.stderr).toMatch(/^holdfast: /);
}
