// Owns one run of the command: what it is given, how it is interrupted, and how it ends.
import type { Cli } from "./command.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { safeJson, safeText } from "./output/safe-text.ts";
import { processTerminal, type Terminal } from "./output/terminal.ts";
import { problemOf } from "./problem.ts";
import { createProgram, refusedUsage } from "./program.ts";

const ONE_PRESS_MS = 1_000;

/** Resolves to the exit code; everything was said. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const terminal = processTerminal();
  const stopping = new AbortController();
  let code: ExitCode = EXIT.done;
  const cli: Cli = {
    terminal,
    signal: stopping.signal,
    endWith: (given) => (code = given),
  };
  let asked = 0;
  const stop = () => {
    // Whoever asks again does not want to wait. One Ctrl-C may come twice: npm passes its own on.
    if (asked > 0 && Date.now() - asked > ONE_PRESS_MS) process.exit(EXIT.interrupted);
    asked ||= Date.now();
    stopping.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    const given = args.length === 0 ? ["--help"] : args;
    await createProgram(cli).parseAsync(given, { from: "user" });
    return code;
  } catch (error) {
    const failure = refusedUsage(error);
    return failure === undefined ? EXIT.done : fail(terminal, failure, args.includes("--json"));
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    terminal.progress("");
  }
}

function fail(terminal: Terminal, error: unknown, json: boolean): ExitCode {
  const problem = problemOf(error);
  const said = json
    ? safeJson({ error: problem })
    : `holdfast: ${safeText(problem.message, { lines: true })}`;
  terminal.err(`${said}\n`);
  return problem.exitCode;
}
