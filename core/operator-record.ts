// Owns how an act of an operator becomes an entry of a hash-chained record, and the check of one.
// Where entries are kept is handler/operator-record.ts's business.
import type { OperatorEntry } from "../contract/operator-record.ts";
import { OPERATOR_RECORD_VERSION } from "../contract/operator-record.ts";
import { digestOf } from "./digest.ts";
import { GENESIS } from "./log.ts";

/** What somebody did, before it has a place. */
export interface OperatorAct {
  readonly verb: string;
  readonly by?: string | undefined;
  readonly reason: string;
  readonly subject?: string | undefined;
}

/** The end of a record: what the next entry is chained to. */
export interface RecordEnd {
  readonly entries: number;
  readonly hash: string;
}

export const EMPTY_RECORD: RecordEnd = { entries: 0, hash: GENESIS };

export function sealAct(end: RecordEnd, act: OperatorAct, at: number): OperatorEntry {
  const { verb, by, reason, subject } = act;
  const unhashed = {
    v: OPERATOR_RECORD_VERSION,
    seq: end.entries,
    at,
    verb,
    actor: { kind: "operator", ...(by === undefined ? {} : { id: by }) },
    reason,
    ...(subject === undefined ? {} : { subject }),
    prev: end.hash,
  } as const;
  return { ...unhashed, hash: digestOf(unhashed) };
}

/**
 * What is wrong with the first entry that is not in order, of a record from its beginning on: this
 * one, that of stops, or the changes of a budget's limits.
 */
export function recordProblem(
  entries: readonly { readonly prev?: string; readonly hash?: string }[],
): string | undefined {
  let prev = GENESIS;
  for (const [place, entry] of entries.entries()) {
    const { hash, ...unhashed } = entry;
    if (hash === undefined || entry.prev !== prev) return `entry ${place} is not chained`;
    if (digestOf(unhashed) !== hash) return `entry ${place} was changed`;
    prev = hash;
  }
  return undefined;
}
