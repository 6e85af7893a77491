// Owns where the record of an object's operators is kept: an entry under a key of its own, and the
// end of the chain beside it. It outlives what it is about, such as a schedule that is deleted.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  OperatorEntry,
  OperatorRecordPage,
  RecordInput,
} from "../contract/operator-record.ts";
import type { OperatorAct, RecordEnd } from "../core/operator-record.ts";
import { EMPTY_RECORD, sealAct } from "../core/operator-record.ts";

const END_KEY = "record";

function entryKey(seq: number): string {
  return `record/${seq}`;
}

/** Appends an entry; `at` is milliseconds since the epoch. */
export async function recordAct(ctx: ObjectContext, act: OperatorAct, at: number): Promise<void> {
  const entry = sealAct((await ctx.get<RecordEnd>(END_KEY)) ?? EMPTY_RECORD, act, at);
  ctx.set<OperatorEntry>(entryKey(entry.seq), entry);
  ctx.set<RecordEnd>(END_KEY, { entries: entry.seq + 1, hash: entry.hash });
}

export async function readActs(
  ctx: ObjectSharedContext,
  { after, limit }: RecordInput,
): Promise<OperatorRecordPage> {
  const { entries: total } = (await ctx.get<RecordEnd>(END_KEY)) ?? EMPTY_RECORD;
  const entries: OperatorEntry[] = [];
  for (let seq = after + 1; seq < total && entries.length < limit; seq += 1) {
    const entry = await ctx.get<OperatorEntry>(entryKey(seq));
    if (entry === null) throw new Error(`the record has no entry ${seq}`);
    entries.push(entry);
  }
  const cursor = entries.at(-1)?.seq ?? after;
  return { entries, cursor, more: cursor < total - 1 };
}
