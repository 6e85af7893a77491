// Owns the record of stops: who stopped and lifted what, when and why, in entries that are
// chained by their hashes and never changed (L10).
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type { RecordInput } from "../../contract/operator-record.ts";
import { type RecordPage, type StopEntry, STOPS_VERSION } from "../../contract/stop.ts";
import { digestOf } from "../../core/digest.ts";
import { GENESIS } from "../../core/log.ts";
import { readEntries } from "../../handler/read-entries.ts";
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

export function readRecord(
  ctx: ObjectSharedContext,
  { entries: total }: StopsState,
  page: RecordInput,
): Promise<RecordPage> {
  return readEntries<StopEntry>(ctx, { total, keyOf: entryKey }, page);
}
