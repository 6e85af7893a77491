// Owns what can stand where on the command line, read from the program: data that every shell's script
// is made of.
import type { Command } from "commander";

/** Each by its path, such as `holdfast tasks list`. */
export type Completions = readonly CompletedCommand[];

export interface CompletedCommand {
  readonly path: string;
  /** Names of commands below it, or the choices of its first argument. */
  readonly words: readonly string[];
  /** Long flags, with their choices; `value`: something else follows. */
  readonly flags: readonly {
    readonly flag: string;
    readonly about: string;
    readonly value: boolean;
    readonly choices: readonly string[];
  }[];
}

export function completionsOf(command: Command, above = ""): Completions {
  const path = `${above} ${command.name()}`.trim();
  const own: CompletedCommand = {
    path,
    words: [
      ...command.commands.map((each) => each.name()),
      ...(command.registeredArguments[0]?.argChoices ?? []),
    ],
    flags: command.options.flatMap(({ long, description, required, optional, argChoices = [] }) =>
      long === undefined || long === null
        ? []
        : [{ flag: long, about: description, value: required || optional, choices: argChoices }],
    ),
  };
  return [own, ...command.commands.flatMap((each) => completionsOf(each, path))];
}
