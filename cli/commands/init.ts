// Owns `holdfast init`: a new project, from the template, that runs.
import { basename, resolve } from "node:path";
import { type AddCommand, print, type Shared, withJson } from "../command.ts";
import { makeProject } from "../init/make-project.ts";
import { askedText } from "../output/confirm.ts";

interface InitOptions extends Shared {
  readonly holdfast?: string;
}

export const addInit: AddCommand = (program, cli) => {
  withJson(program.command("init").description("a new project: one agent, one tool, one test"))
    .argument("[directory]", "where; it must be new or empty")
    .option("--holdfast <spec>", "where npm has holdfast from (this version), such as a .tgz file")
    .action(async (given: string | undefined, options: InitOptions) => {
      const directory = resolve(
        given ?? (await askedText(cli, "In which directory?", "give the directory of the project")),
      );
      const files = await makeProject({ directory, holdfast: options.holdfast });
      print(cli, options, { directory, files }, () =>
        [
          `${basename(directory)} is made. Next:`,
          ``,
          `  cd ${given ?? directory} && npm install && npm start`,
          ``,
          `README.md there says the rest.\n`,
        ].join("\n"),
      );
    });
};
