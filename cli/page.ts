// Owns how commands list page by page: the two options, and what people are told of the next page.
import type { Command } from "commander";
import type { ApiOptions, Cli } from "./command.ts";
import { print } from "./command.ts";
import { readCount } from "./output/read-argument.ts";

export interface PageOptions extends ApiOptions {
  readonly limit: number;
  readonly cursor?: string;
}

const DEFAULT_PAGE = 50;

/** `of`: what the limit counts, such as `tasks`. */
export function withPage(command: Command, of: string): Command {
  return command
    .option("--limit <count>", `${of} of a page, 200 at most`, readCount, DEFAULT_PAGE)
    .option("--cursor <cursor>", "the next page, as the one before says");
}

/** Prints a page, and for people where the next one begins; a program has it in the document. */
export function printPage<T extends { readonly cursor?: string }>(
  cli: Cli,
  options: PageOptions,
  page: T,
  text: (page: T) => string,
): void {
  print(cli, options, page, text);
  if (page.cursor !== undefined && !options.json)
    cli.terminal.err(`There are more: --cursor ${page.cursor}\n`);
}
