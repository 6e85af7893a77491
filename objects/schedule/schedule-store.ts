// Owns the state of one schedule: a small value that every tick reads, and beside it the target,
// which may hold a long message and is read only when an occurrence is attended to.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type { Target } from "../../contract/schedule.ts";
import { SCHEDULE_VERSION, type ScheduleState } from "../../contract/schedule-state.ts";
import { problem } from "../../handler/problem.ts";
import { notFound } from "./schedule-problem.ts";

const STATE_KEY = "schedule";
const TARGET_KEY = "target";

/** Undefined where there is no schedule. Fails for a state that newer code has written. */
export async function readState(ctx: ObjectSharedContext): Promise<ScheduleState | undefined> {
  const state = await ctx.get<ScheduleState>(STATE_KEY);
  if (state === null) return undefined;
  if (state.v === SCHEDULE_VERSION) return state;
  throw problem("state_too_new", "a newer version of the software wrote this schedule");
}

export async function mustRead(ctx: ObjectSharedContext): Promise<ScheduleState> {
  const state = await readState(ctx);
  if (state === undefined) throw notFound();
  return state;
}

export function writeState(ctx: ObjectContext, state: ScheduleState): void {
  ctx.set(STATE_KEY, state);
}

export async function readTarget(ctx: ObjectSharedContext): Promise<Target | undefined> {
  return (await ctx.get<Target>(TARGET_KEY)) ?? undefined;
}

export function writeTarget(ctx: ObjectContext, target: Target): void {
  ctx.set(TARGET_KEY, target);
}

/** As if there had never been a schedule, but for the record of who did what. */
export function clearState(ctx: ObjectContext): void {
  ctx.clear(STATE_KEY);
  ctx.clear(TARGET_KEY);
}
