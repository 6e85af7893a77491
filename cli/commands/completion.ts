// Owns `holdfast completion`: the script that a shell completes commands, flags and choices by, made of
// the program itself.
import { Argument, type Command } from "commander";
import type { AddCommand } from "../command.ts";
import { bashScript } from "../completion/bash-script.ts";
import type { Completions } from "../completion/completions.ts";
import { completionsOf } from "../completion/completions.ts";
import { fishScript } from "../completion/fish-script.ts";
import { zshScript } from "../completion/zsh-script.ts";

const SCRIPTS: Readonly<Record<string, (completions: Completions) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const HELP = `
  bash:  holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast
  zsh:   holdfast completion zsh > "\${fpath[1]}/_holdfast"
  fish:  holdfast completion fish > ~/.config/fish/completions/holdfast.fish`;

export const addCompletion: AddCommand = (program, { terminal }) => {
  program
    .command("completion")
    .description("prints the script by which a shell completes holdfast")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(SCRIPTS)))
    .addHelpText("after", HELP)
    .action((shell: string, _: unknown, command: Command) => {
      const root = command.parent ?? command;
      terminal.out(SCRIPTS[shell]?.(completionsOf(root)) ?? "");
    });
};
