// Owns the fence: who holds a token may make one effect, once. Tokens live in the memory of the
// process that drew them and nowhere else; what is journaled of one is its hash.
import { randomBytes } from "node:crypto";
import { sha256 } from "../../core/digest.ts";
import { type Clock, type Deadline, deadlineIn, isPast } from "./deadline.ts";

export interface Drawn {
  /** SHA-256 of the token. */
  readonly tokenHash: string;
  readonly deadline: Deadline;
}

export interface Held<T> {
  readonly value: T;
  /** The effect must not begin after it; the holder looks, as the last thing before it. */
  readonly deadline: Deadline;
}

export interface TokenStore<T> {
  /** Draws a token that is good for `ms` milliseconds, and keeps a value with it. */
  draw(ms: number, value: T): Drawn;
  /**
   * Takes the token out: there is no second time. Undefined when this process does not hold it:
   * another one drew it, it was taken, or it was forgotten long after its deadline.
   */
  take(tokenHash: string): Held<T> | undefined;
  /** Tokens that nobody has taken. */
  readonly size: number;
}

// One that nobody takes: its invocation went on elsewhere, or was cancelled. Whoever comes for it
// later than this is told that it is not held, which is never wrong.
const FORGOTTEN_AFTER_MS = 60_000;

interface Token<T> {
  readonly held: Held<T>;
  readonly forgotten: Deadline;
}

export function createTokenStore<T>(clock: Clock): TokenStore<T> {
  const tokens = new Map<string, Token<T>>();

  const sweep = (): void => {
    // In the order in which they were drawn, which is that of their deadlines when all are good
    // for as long; where they are not, some are kept a little longer.
    for (const [tokenHash, { forgotten }] of tokens) {
      if (!isPast(forgotten, clock)) return;
      tokens.delete(tokenHash);
    }
  };

  return {
    draw(ms, value) {
      sweep();
      const tokenHash = sha256(randomBytes(32));
      const deadline = deadlineIn(ms, clock);
      const forgotten = deadlineIn(ms + FORGOTTEN_AFTER_MS, clock);
      tokens.set(tokenHash, { held: { value, deadline }, forgotten });
      return { tokenHash, deadline };
    },
    take(tokenHash) {
      const token = tokens.get(tokenHash);
      tokens.delete(tokenHash);
      return token?.held;
    },
    get size() {
      return tokens.size;
    },
  };
}
