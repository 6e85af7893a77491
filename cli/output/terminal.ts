// Owns the two streams of the command: standard output has the answer and nothing else, standard error
// the rest. Says whether a person is there, and styles what is for people.
import { styleText } from "node:util";

export type Style = (text: string) => string;

export interface Terminal {
  /** The answer. */
  out(text: string): void;
  /** Progress, previews, and what went wrong. */
  err(text: string): void;
  /** A person reads the errors and can answer a question. */
  readonly isInteractive: boolean;
  /** No colour where the answer goes to no terminal, and with NO_COLOR. */
  readonly dim: Style;
  readonly good: Style;
  readonly bad: Style;
  readonly strong: Style;
  /** A line on standard error that the next one takes the place of; nothing without a terminal. */
  progress(line: string): void;
}

const CLEAR_LINE = "\r\u001b[2K";

export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  // A reader that has seen enough, such as `head`, is no failure.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const styled =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      styleText(format, text, { stream: stdout });
  let shown = false;
  const clear = () => {
    if (shown) stderr.write(CLEAR_LINE);
    shown = false;
  };
  return {
    out: (text) => {
      clear();
      stdout.write(text);
    },
    err: (text) => {
      clear();
      stderr.write(text);
    },
    isInteractive: stdin.isTTY && stderr.isTTY,
    dim: styled("dim"),
    good: styled("green"),
    bad: styled("red"),
    strong: styled("bold"),
    progress: (line) => {
      if (!stderr.isTTY) return;
      stderr.write(`${CLEAR_LINE}${line.slice(0, stderr.columns - 1)}`);
      shown = line !== "";
    },
  };
}
