// Owns what `stop`, `lift` and the private `settle` do. They are short and ask nobody, so that
// no stop waits behind another; the watch, a service of its own, finds out when one has settled.
import type { ObjectContext } from "@restatedev/restate-sdk";
import {
  type LiftInput,
  type LiftResult,
  type LookRequest,
  MAX_STOPS,
  type StopSettledInput,
  STOP_WATCH_SERVICE,
  type Stop,
  type StopEntry,
  type StopInput,
  type StopResult,
  STOPS_VERSION,
} from "../../contract/stop.ts";
import { acceptedStop, scopeOf, settledStop, stopOn, withoutStop } from "../../core/stop/stops.ts";
import { problem } from "../../handler/problem.ts";
import { append } from "./stop-record.ts";
import { readState, STATE_KEY } from "./stops-state.ts";
import { jsonOf } from "../../handler/json-serde.ts";

export async function stop(ctx: ObjectContext, input: StopInput): Promise<StopResult> {
  const state = await readState(ctx);
  const known = stopOn(state.stops, input);
  if (known !== undefined) {
    const { stopId, status } = known;
    // Its watch may have been killed.
    if (status === "accepted") watch(ctx, known);
    return { result: "already-stopped", stopId, status };
  }
  if (state.stops.length >= MAX_STOPS) {
    throw problem("too_many_stops", `${MAX_STOPS} stops are in force; lift one`);
  }
  const at = await ctx.date.now();
  const made = acceptedStop(input, ctx.rand.uuidv4(), at);
  const recorded = append(ctx, state, entryOf("stop.accepted", made, input, at));
  ctx.set(STATE_KEY, { ...recorded, stops: [...state.stops, made] });
  watch(ctx, made);
  return { result: "accepted", stopId: made.stopId, status: made.status };
}

export async function lift(ctx: ObjectContext, input: LiftInput): Promise<LiftResult> {
  const state = await readState(ctx);
  const known = stopOn(state.stops, input);
  if (known === undefined) {
    throw problem("stop_not_found", "no stop of this kind and name is in force; see list");
  }
  const recorded = append(ctx, state, entryOf("stop.lifted", known, input, await ctx.date.now()));
  ctx.set(STATE_KEY, { ...recorded, stops: withoutStop(state.stops, input) });
  return { result: "lifted", stopId: known.stopId };
}

/** All that was admitted has settled. Of a stop that was lifted meanwhile it means nothing. */
export async function settle(ctx: ObjectContext, input: StopSettledInput): Promise<void> {
  const state = await readState(ctx);
  const known = state.stops.find((each) => each.stopId === input.stopId);
  if (known?.status !== "accepted") return;
  const at = await ctx.date.now();
  const { stopId } = known;
  const recorded = append(ctx, state, {
    type: "stop.settled",
    at,
    stopId,
    ...scopeOf(known),
    actor: { kind: "runtime" },
    reason: input.reason,
  });
  const stops = state.stops.map((each) => (each === known ? settledStop(known, at) : each));
  ctx.set(STATE_KEY, { ...recorded, stops });
}

function entryOf(
  type: StopEntry["type"],
  known: Stop,
  { by, reason }: StopInput | LiftInput,
  at: number,
): Omit<StopEntry, "v" | "seq" | "prev" | "hash"> {
  const actor = { kind: "operator", ...(by === undefined ? {} : { id: by }) } as const;
  return { type, at, stopId: known.stopId, ...scopeOf(known), actor, reason };
}

/** The first look is a little later, since the engine's tables follow what it does. */
const FIRST_LOOK_MS = 1_000;

function watch(ctx: ObjectContext, { stopId, kind, name }: Stop): void {
  ctx.genericSend<LookRequest>({
    service: STOP_WATCH_SERVICE,
    method: "look",
    parameter: { v: STOPS_VERSION, stopId, kind, name },
    inputSerde: jsonOf<LookRequest>(),
    delay: FIRST_LOOK_MS,
  });
}
