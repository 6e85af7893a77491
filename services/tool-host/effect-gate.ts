// Owns the last look before an effect: is it too late, is the attempt over, does authority allow
// it. What it once refused stays known, whatever the author's code makes of the error.
import type { AuthorityAnswer } from "../../contract/effect-port.ts";
import type { AuthorityEvidence } from "../../contract/evidence.ts";
import type { Blocked } from "../../contract/tool.ts";
import { type Clock, type Deadline, isPast } from "./deadline.ts";

export type Refusal =
  | Blocked
  /** Nothing was done, and another attempt may do it. */
  | { readonly outcome: "late" }
  /** Authority, or a credential's resolver, could not be asked. */
  | { readonly outcome: "unasked"; readonly error: unknown };

export interface GateRules {
  readonly clock: Clock;
  /** The first effect must not begin after it. */
  readonly first: Deadline | undefined;
  /** No effect must begin after it: the attempt is over then. */
  readonly end: Deadline;
  /** Undefined where nobody is asked. */
  readonly ask: ((signal: AbortSignal) => Promise<AuthorityAnswer>) | undefined;
  /** At each effect too, and not only before the author's code. */
  readonly asksAgain: boolean;
}

export interface EffectGate {
  /** Rejects unless the author's code may run now. */
  check(signal: AbortSignal): Promise<void>;
  /** Rejects unless an effect may begin now; then it has begun. */
  begin(signal: AbortSignal): Promise<void>;
  /** An error for the author's code, which says why nothing is done. */
  refuse(refusal: Refusal): Error;
  /** The attempt is over; nothing begins any more. */
  close(): void;
  /** The first that was refused. */
  readonly refusal: Refusal | undefined;
  /** The last decision that let it happen. */
  readonly permitted: AuthorityEvidence | undefined;
  /** How many effects have begun. */
  readonly begun: number;
}

export function createEffectGate({ clock, first, end, ask, asksAgain }: GateRules): EffectGate {
  let refusal: Refusal | undefined;
  let permitted: AuthorityEvidence | undefined;
  let begun = 0;
  let closed = false;

  const refuse = (why: Refusal): Error => {
    refusal ??= why;
    return Object.assign(new Error(wordsOf(why)), { name: "EffectRefused" });
  };

  const inTime = (signal: AbortSignal): void => {
    signal.throwIfAborted();
    const late = isPast(end, clock) || (begun === 0 && first !== undefined && isPast(first, clock));
    if (closed || late) throw refuse({ outcome: "late" });
  };

  const check = async (signal: AbortSignal): Promise<void> => {
    inTime(signal);
    if (ask === undefined) return;
    let answer: AuthorityAnswer;
    try {
      answer = await ask(signal);
    } catch (error) {
      throw refuse({ outcome: "unasked", error });
    }
    if (answer?.outcome === "blocked") throw refuse(answer);
    permitted = answer?.authority;
    // The answer may have taken a while.
    inTime(signal);
  };

  return {
    check,
    async begin(signal) {
      if (asksAgain) await check(signal);
      else inTime(signal);
      begun += 1;
    },
    refuse,
    close() {
      closed = true;
    },
    get refusal() {
      return refusal;
    },
    get permitted() {
      return permitted;
    },
    get begun() {
      return begun;
    },
  };
}

function wordsOf(refusal: Refusal): string {
  switch (refusal.outcome) {
    case "blocked":
      return `the effect may not begin (${refusal.code}); let this error through`;
    case "late":
      return "it is too late for the effect to begin; let this error through";
    case "unasked":
      return "nobody could be asked whether the effect may begin; let this error through";
  }
}
