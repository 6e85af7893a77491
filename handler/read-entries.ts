// Owns reading a page of a record whose entries stand under a key each, from 0 on without gaps.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { RecordInput } from "../contract/operator-record.ts";

export interface EntriesPage<E> {
  readonly entries: readonly E[];
  /** To go on from. */
  readonly cursor: number;
  readonly more: boolean;
}

/** `total` is the number of entries that there are. */
export async function readEntries<E extends { readonly seq: number }>(
  ctx: ObjectSharedContext,
  { total, keyOf }: { readonly total: number; readonly keyOf: (seq: number) => string },
  { after, limit }: RecordInput,
): Promise<EntriesPage<E>> {
  const entries: E[] = [];
  for (let seq = after + 1; seq < total && entries.length < limit; seq += 1) {
    const entry = await ctx.get<E>(keyOf(seq));
    if (entry === null) throw new Error(`the record has no entry ${seq}`);
    entries.push(entry);
  }
  const cursor = entries.at(-1)?.seq ?? after;
  return { entries, cursor, more: cursor < total - 1 };
}
