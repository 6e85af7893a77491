// Owns what makes a rule a rule: what is wrong with one, said when the app is put together and
// once more when an approval is opened under it.
import type { ApprovalRule, Deciders } from "../../contract/approval.ts";

/** A year: what nobody has decided by then nobody will. In milliseconds. */
const MAX_EXPIRY_MS = 366 * 24 * 60 * 60 * 1000;
const MAX_RUNGS = 16;
const MAX_DECIDERS = 256;

/** Anyone but the owner and the requester, one is enough, within a day (decision 0006). */
export const DEFAULT_RULE: ApprovalRule = {
  deciders: "anyone",
  quorum: 1,
  separationOfDuties: true,
  expiresAfterMs: 24 * 60 * 60 * 1000,
  escalation: [],
  bareAwakeable: true,
};

/** Says what is wrong with a rule, naming the field and the fix, or undefined when it is good. */
export function ruleProblem(rule: ApprovalRule): string | undefined {
  const { quorum, expiresAfterMs, escalation } = rule;
  if (!isCount(quorum)) return "quorum must be a whole number above 0";
  if (!isCount(expiresAfterMs) || expiresAfterMs > MAX_EXPIRY_MS) {
    return `expiresAfterMs must be a whole number from 1 to ${MAX_EXPIRY_MS}`;
  }
  if (escalation.length > MAX_RUNGS) return `escalation must have at most ${MAX_RUNGS} rungs`;
  let before = 0;
  for (const [index, { afterMs }] of escalation.entries()) {
    if (!isCount(afterMs) || afterMs <= before || afterMs >= expiresAfterMs) {
      return `escalation[${index}].afterMs must be a whole number above that of the rung before and below expiresAfterMs`;
    }
    before = afterMs;
  }
  return decidersProblem(rule);
}

function decidersProblem({ deciders, quorum, escalation }: ApprovalRule): string | undefined {
  const lists = [deciders, ...escalation.map((rung) => rung.deciders ?? [])];
  const all = lists.reduce(together);
  if (deciders !== "anyone" && deciders.length === 0) {
    return 'deciders must name somebody; write "anyone" where everybody may decide';
  }
  if (all === "anyone") return undefined;
  if (all.length > MAX_DECIDERS) return `deciders must be at most ${MAX_DECIDERS} persons`;
  const persons = new Set(all.map(personOf));
  if (persons.has("")) return "deciders must not have an empty name";
  if (persons.size < quorum) {
    return `quorum is ${quorum}, and only ${persons.size} may ever decide; name more or lower it`;
  }
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** Those of both lists, each once. */
export function together(one: Deciders, other: Deciders): Deciders {
  if (one === "anyone" || other === "anyone") return "anyone";
  return [...new Set([...one, ...other])];
}

/**
 * Whom a name stands for where two names must be told apart to the disadvantage of who bears
 * them: `Ada`, `ada` and the same in other unicode forms are one person.
 */
export function personOf(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Cf}\s]/gu, "")
    .toLowerCase();
}
