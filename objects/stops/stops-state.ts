// Owns the state of `holdfast.stops`: one small value that answers every check, and the entries
// of the record beside it, each under a key of its own (L6).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import { type Stop, STOPS_VERSION } from "../../contract/stop.ts";
import { problem } from "../../handler/problem.ts";

/** Versions that can be read: 1. */
export interface StopsState {
  readonly v: typeof STOPS_VERSION;
  /** In force, oldest first. */
  readonly stops: readonly Stop[];
  /** How many entries the record has, and the hash of the last. */
  readonly entries: number;
  readonly hash?: string;
}

export const STATE_KEY = "stops";
const NONE: StopsState = { v: STOPS_VERSION, stops: [], entries: 0 };

export function entryKey(seq: number): string {
  return `entry/${seq}`;
}

/** Fails for a state that newer code has written, which denies every effect: the safe side. */
export async function readState(ctx: ObjectSharedContext): Promise<StopsState> {
  const state = (await ctx.get<StopsState>(STATE_KEY)) ?? NONE;
  if (state.v === STOPS_VERSION) return state;
  throw problem("state_too_new", "a newer version of the software wrote the stops");
}
