// Owns the other side of a payment, as far as the example plays it: which token the payment
// provider accepts, and whether its answers arrive. Both are in a file, so that a demo changes
// them under a running worker. What is paid, and that it is paid once, is shop-database.ts's.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** The credential's name, as the tool that pays declares it. */
export const PAYMENT_CREDENTIAL = "payments";
/** How long the shop waits for an answer that does not come, in milliseconds. */
const PATIENCE_MS = 300;

export interface PaymentProvider {
  accepts(token: string): boolean;
  /** Resolves when the provider's answer is there, and rejects when none comes. */
  answer(signal: AbortSignal): Promise<void>;
  /** From now on it accepts another token only, which the shop does not have yet. */
  rotate(): string;
  /** The shop has this token from now on; its tools read it at their next use. */
  hand(token: string): void;
  /** From now on it does what it is asked, and nobody hears of it. */
  fallSilent(): void;
}

const stateSchema = z.strictObject({ accepts: z.string(), silent: z.boolean() });
type State = z.infer<typeof stateSchema>;

/** Where the tools' credentials are. */
export function credentialFolder(folder: string): string {
  return join(folder, "credentials");
}

export function credentialFile(folder: string): string {
  return join(credentialFolder(folder), "shared", PAYMENT_CREDENTIAL);
}

/** In a new folder, the shop is handed a token that is accepted. */
export function openPaymentProvider(folder: string): PaymentProvider {
  const file = join(folder, "payment-provider.json");
  const write = (state: State): void => replaceFile(file, JSON.stringify(state));
  const read = (): State => {
    const text = textOf(file);
    if (text !== undefined) return stateSchema.parse(JSON.parse(text));
    const first = { accepts: newToken(), silent: false };
    hand(first.accepts);
    write(first);
    return first;
  };
  const hand = (token: string): void => replaceFile(credentialFile(folder), `${token}\n`);
  read();
  return {
    accepts: (token) => read().accepts === token,
    answer: async (signal) => {
      if (!read().silent) return;
      await sleep(PATIENCE_MS, undefined, { signal });
      const problem = `the payment provider did not answer within ${PATIENCE_MS} ms`;
      throw new DOMException(problem, "TimeoutError");
    },
    rotate: () => {
      const token = newToken();
      write({ ...read(), accepts: token });
      return token;
    },
    hand,
    fallSilent: () => write({ ...read(), silent: true }),
  };
}

function newToken(): string {
  return `pay_${randomUUID()}`;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whoever reads it meanwhile has the old text or the new one. Readable by its owner alone. */
function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}.draft`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}
