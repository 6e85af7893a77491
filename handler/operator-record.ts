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
import { readEntries } from "./read-entries.ts";

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
  page: RecordInput,
): Promise<OperatorRecordPage> {
  const { entries: total } = (await ctx.get<RecordEnd>(END_KEY)) ?? EMPTY_RECORD;
  return readEntries<OperatorEntry>(ctx, { total, keyOf: entryKey }, page);
}
