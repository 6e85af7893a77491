// Owns questions to the person at the terminal. Where nobody is, what is missing is an error that
// names the flag.
import { interrupted, usage } from "../problem.ts";
import type { Terminal } from "./terminal.ts";

interface Asking {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Resolves to whether it may go on; `flag` says so without a question. */
export async function confirmed(
  { terminal, signal }: Asking,
  question: string,
  { yes, flag }: { readonly yes: boolean; readonly flag: string },
): Promise<boolean> {
  if (yes) return true;
  if (!terminal.isInteractive) throw usage(`nobody is here to be asked; give ${flag}`);
  const { confirm, isCancel } = await prompts();
  // Questions are no part of the answer.
  const answer = await confirm({
    message: question,
    initialValue: false,
    output: process.stderr,
    signal,
  });
  if (isCancel(answer)) throw interrupted();
  return answer;
}

/** A text that was not given as an argument or a flag. */
export async function askedText(
  { terminal, signal }: Asking,
  question: string,
  missing: string,
): Promise<string> {
  if (!terminal.isInteractive) throw usage(missing);
  const { text, isCancel } = await prompts();
  const answer = await text({
    message: question,
    output: process.stderr,
    signal,
    validate: (value) => ((value ?? "").trim() === "" ? "Must not be empty." : undefined),
  });
  if (isCancel(answer)) throw interrupted();
  return answer;
}

/** Only where somebody is asked: most commands start without them. */
function prompts() {
  return import("@clack/prompts");
}
