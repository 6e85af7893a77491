// Owns the one timer of a schedule and its one occurrence that is attended to: sending them, and
// taking them back. Both are invocations of the schedule itself, known by their ids, so that
// pausing, changing and deleting leave none behind (R80).
import { InvocationIdParser, type ObjectContext } from "@restatedev/restate-sdk";
import { SCHEDULE_SERVICE } from "../../contract/schedule.ts";
import type { Fire, ScheduleState, Tick } from "../../contract/schedule-state.ts";
import { SCHEDULE_VERSION } from "../../contract/schedule-state.ts";
import { nextTime } from "../../core/schedule/next-time.ts";
import { nextDue } from "../../core/schedule/schedule-state.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { writeState } from "./schedule-store.ts";

/** Attends to what is due, sets the timer for what is next, and saves the state. */
export async function advance(
  ctx: ObjectContext,
  state: ScheduleState,
  now: number,
): Promise<ScheduleState> {
  const fired = await fireNext(ctx, state, now);
  const armed = await arm(ctx, fired, now);
  writeState(ctx, armed);
  return armed;
}

export async function fireNext(
  ctx: ObjectContext,
  state: ScheduleState,
  now: number,
): Promise<ScheduleState> {
  const due = nextDue(state);
  if (due === undefined) return state;
  const number = state.fires + 1;
  const { version, lastTask } = state;
  const sent = ctx.genericSend<Fire>({
    service: SCHEDULE_SERVICE,
    key: ctx.key,
    method: "fire",
    parameter: {
      v: SCHEDULE_VERSION,
      ...due,
      number,
      version,
      ...(lastTask === undefined ? {} : { lastTask }),
    },
    inputSerde: jsonOf(),
  });
  const firing = { ...due, number, since: now, invocationId: await sent.invocationId };
  const waiting = state.waiting.filter((each) => each !== due);
  return { ...state, fires: number, firing, waiting };
}

/** The timer for the next time; the one that is pending is kept when it is for that. */
async function arm(ctx: ObjectContext, state: ScheduleState, now: number): Promise<ScheduleState> {
  const at = state.paused ? undefined : nextTime(state, state.cursor);
  if (at !== undefined && state.timer?.at === at) return state;
  const { timer: _, ...disarmed } = disarm(ctx, state);
  if (at === undefined) return disarmed;
  const number = state.timers + 1;
  const sent = ctx.genericSend<Tick>({
    service: SCHEDULE_SERVICE,
    key: ctx.key,
    method: "tick",
    parameter: { v: SCHEDULE_VERSION, timer: number, at },
    inputSerde: jsonOf(),
    delay: Math.max(at - now, 0),
  });
  return {
    ...disarmed,
    timers: number,
    timer: { number, at, invocationId: await sent.invocationId },
  };
}

/** A tick that this misses, because it has begun, finds another number and does nothing. */
export function disarm(ctx: ObjectContext, state: ScheduleState): ScheduleState {
  const { timer, ...rest } = state;
  if (timer !== undefined) cancel(ctx, timer.invocationId);
  return rest;
}

/** Takes back the occurrence that is attended to. What it has done already is done. */
export function takeBack(ctx: ObjectContext, state: ScheduleState): ScheduleState {
  const { firing, ...rest } = state;
  if (firing === undefined) return state;
  cancel(ctx, firing.invocationId);
  const { time, manual } = firing;
  return { ...rest, waiting: [{ time, ...(manual === true ? { manual } : {}) }, ...rest.waiting] };
}

function cancel(ctx: ObjectContext, invocationId: string): void {
  ctx.invocation(InvocationIdParser.fromString(invocationId)).cancel();
}
