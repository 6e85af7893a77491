// Owns the program: the table of commands put together, and how what commander refuses is said.
import { Command, CommanderError } from "commander";
import type { Cli } from "./command.ts";
import { GROUPS } from "./commands.ts";
import { packageManifest } from "./package.ts";
import { usage } from "./problem.ts";

export function createProgram(cli: Cli): Command {
  const program = new Command("holdfast")
    .description("Long-lived agents: see what each does and why, decide, stop, and run them.")
    .version(packageManifest().version, "--version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.terminal.out(text),
      writeErr: (text) => cli.terminal.err(text),
      // Said once, by whoever ends the command.
      outputError: () => undefined,
    })
    .helpCommand(false)
    .addHelpText("after", "\nExit codes, environment and --json: docs/cli.md");
  for (const { heading, commands } of GROUPS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, cli);
  }
  for (const group of program.commands) group.helpCommand(false);
  return program;
}

/** What the parser says, as a failure of ours; undefined where it has shown what was asked for. */
export function refusedUsage(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0) return undefined;
  // A command that has others, given alone: its help was shown.
  if (error.code === "commander.help") return usage("say which command");
  return usage(error.message.replace(/^error: /, "").replaceAll("\n", " "));
}
