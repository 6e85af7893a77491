// Owns what every command is given, and the options that many of them share, each with one meaning.
import type { Command } from "commander";
import type { Api } from "./api/api.ts";
import { connect } from "./api/connect.ts";
import { askedText } from "./output/confirm.ts";
import { safeJson } from "./output/safe-text.ts";
import type { Terminal } from "./output/terminal.ts";
import type { ExitCode } from "./exit-code.ts";

export interface Cli {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The command ends with it, though nothing of it failed as a whole. */
  endWith(code: ExitCode): void;
}

/** Puts a command into the program. */
export type AddCommand = (program: Command, cli: Cli) => void;

export interface Shared {
  readonly json?: true;
}
export interface ApiOptions extends Shared {
  readonly as?: string;
}
export interface ReasonOptions extends ApiOptions {
  readonly reason?: string;
}

export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON document, for programs");
}

/** Of a command that speaks to the gateway. */
export function withApi(command: Command): Command {
  return withJson(command).option("--as <name>", "who acts, where no gateway knows (default: you)");
}

/** Of a command whose reason is part of the record for ever. */
export function withReason(command: Command): Command {
  return withApi(command).option("--reason <text>", "why: part of the record for ever");
}

export function apiOf({ signal }: Cli, { as }: ApiOptions): Promise<Api> {
  return connect({ as, signal });
}

export function reasonOf(cli: Cli, { reason }: ReasonOptions): Promise<string> {
  if (reason !== undefined) return Promise.resolve(reason);
  return askedText(cli, "Why?", "give --reason: it is part of the record for ever");
}

/** Prints an answer: as JSON, or as what people read of it. */
export function print<T>(
  { terminal }: Cli,
  { json }: Shared,
  answer: T,
  text: (answer: T) => string,
): void {
  terminal.out(json ? `${safeJson(answer, 2)}\n` : text(answer));
}

/** One of many answers, each a line of JSON. */
export function printLine<T>(
  { terminal }: Cli,
  { json }: Shared,
  answer: T,
  text: (answer: T) => string,
): void {
  terminal.out(`${json ? safeJson(answer) : text(answer)}\n`);
}
