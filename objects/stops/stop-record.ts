// Owns the record of stops: who stopped and lifted what, when and why, in entries that are
// chained by their hashes and never changed (L10).
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import {
  type RecordInput,
  type RecordPage,
  type StopEntry,
  STOPS_VERSION,
} from "../../contract/stop.ts";
import { digestOf } from "../../core/digest.ts";
import { GENESIS } from "../../core/log.ts";
import { type StopsState, entryKey } from "./stops-state.ts";

type EntryBody = Omit<StopEntry, "v" | "seq" | "prev" | "hash">;

/** Appends an entry, and returns the state that it is the end of. */
export function append(ctx: ObjectContext, state: StopsState, body: EntryBody): StopsState {
  const seq = state.entries;
  const unhashed = { v: STOPS_VERSION, seq, ...body, prev: state.hash ?? GENESIS } as const;
  const entry: StopEntry = { ...unhashed, hash: digestOf(unhashed) };
  ctx.set(entryKey(seq), entry);
  return { ...state, entries: seq + 1, hash: entry.hash };
}

export async function readRecord(
  ctx: ObjectSharedContext,
  { entries: total }: StopsState,
  { after, limit }: RecordInput,
): Promise<RecordPage> {
  const entries: StopEntry[] = [];
  for (let seq = after + 1; seq < total && entries.length < limit; seq += 1) {
    const entry = await ctx.get<StopEntry>(entryKey(seq));
    if (entry === null) throw new Error(`the record of stops has no entry ${seq}`);
    entries.push(entry);
  }
  const cursor = entries.at(-1)?.seq ?? after;
  return { entries, cursor, more: cursor < total - 1 };
}
