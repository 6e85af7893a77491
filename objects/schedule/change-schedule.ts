// Owns what the verbs and the private handlers do to a schedule. They are short and call nobody,
// so that no verb waits behind an agent that does not answer.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  DeleteResult,
  FindAgent,
  RunNowResult,
  ScheduleVerb,
  ScheduleView,
  SetResult,
  SetSchedule,
  ShowSchedule,
  VerbResult,
} from "../../contract/schedule.ts";
import { SCHEDULE_SERVICE } from "../../contract/schedule.ts";
import type { ScheduleState, Settle, Tick } from "../../contract/schedule-state.ts";
import { idProblem } from "../../contract/ids.ts";
import { isoTime } from "../../core/schedule/instant.ts";
import { taskIdOf } from "../../core/schedule/occurrence.ts";
import {
  scheduleDigest,
  setTo,
  settled,
  statusOf,
  takeDue,
  timesAhead,
  withChange,
} from "../../core/schedule/schedule-state.ts";
import { timesProblem } from "../../core/schedule/times-problem.ts";
import { advance, disarm, fireNext, takeBack } from "./advance.ts";
import { problem } from "../../handler/problem.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { recordAct } from "../../handler/operator-record.ts";
import {
  clearState,
  mustRead,
  readState,
  readTarget,
  writeState,
  writeTarget,
} from "./schedule-store.ts";

/** Occurrences of `runNow` that may wait for their turn. */
const MAX_WAITING_MANUAL = 100;

/** Asks the engine for the agent before the schedule is locked: the engine may take its time. */
export async function set(
  ctx: ObjectSharedContext,
  findAgent: FindAgent,
  input: SetSchedule,
): Promise<SetResult> {
  const { agent } = input.target;
  if (!(await ctx.run("find-agent", () => findAgent(agent)))) {
    throw problem("agent_not_found", "target.agent: no worker serves an agent of this name");
  }
  return ctx.genericCall<SetSchedule, SetResult>({
    service: SCHEDULE_SERVICE,
    key: ctx.key,
    method: "change",
    parameter: input,
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}

export async function change(ctx: ObjectContext, input: SetSchedule): Promise<SetResult> {
  const state = await readState(ctx);
  const version = state?.version ?? 0;
  if (state !== undefined && state.digest === scheduleDigest(input)) {
    return { result: "unchanged", version, ...standing(state) };
  }
  if (input.version !== undefined && input.version !== version) {
    throw problem(
      "schedule_conflict",
      `the schedule is at version ${version}; read it with show and set it anew`,
    );
  }
  const now = await ctx.date.now();
  const wrong = timesProblem(input.times, now) ?? idsProblem(ctx.key, input, now);
  if (wrong !== undefined) throw problem("invalid_input", wrong);
  await recordAct(
    ctx,
    { ...whoAndWhy(input), verb: "set", subject: `version ${version + 1}` },
    now,
  );
  writeTarget(ctx, input.target);
  const next = await advance(ctx, setTo(state, input, now), now);
  const result = state === undefined ? "created" : "changed";
  return { result, version: next.version, ...standing(next) };
}

function idsProblem(id: string, { target }: SetSchedule, now: number): string | undefined {
  const wrong = idProblem(taskIdOf(target, id, now));
  return wrong === undefined ? undefined : `target.taskId: ${wrong}`;
}

export async function pause(ctx: ObjectContext, verb: ScheduleVerb): Promise<VerbResult> {
  const state = await mustRead(ctx);
  if (state.paused) return { result: "unchanged", ...standing(state) };
  const now = await ctx.date.now();
  await recordAct(ctx, { ...whoAndWhy(verb), verb: "pause" }, now);
  const paused = withChange({ ...disarm(ctx, state), paused: true }, "pause", verb, now);
  writeState(ctx, paused);
  return { result: "done", ...standing(paused) };
}

/** Of a schedule that is not paused it mends what was lost: the timer, and who attends. */
export async function resume(ctx: ObjectContext, verb: ScheduleVerb): Promise<VerbResult> {
  const state = await mustRead(ctx);
  const now = await ctx.date.now();
  if (!state.paused) {
    const mended = await advance(ctx, takeBack(ctx, disarm(ctx, state)), now);
    return { result: "unchanged", ...standing(mended) };
  }
  await recordAct(ctx, { ...whoAndWhy(verb), verb: "resume" }, now);
  const resumed = withChange({ ...state, paused: false }, "resume", verb, now);
  // Whatever came due in a pause was missed on purpose, however short ago.
  const next = await advance(ctx, takeDue(resumed, now, -1), now);
  return { result: "done", ...standing(next) };
}

/** The record of who did what stays. */
export async function remove(ctx: ObjectContext, verb: ScheduleVerb): Promise<DeleteResult> {
  const state = await readState(ctx);
  if (state === undefined) return { result: "not-found" };
  await recordAct(ctx, { ...whoAndWhy(verb), verb: "delete" }, await ctx.date.now());
  takeBack(ctx, disarm(ctx, state));
  clearState(ctx);
  return { result: "deleted" };
}

export async function runNow(ctx: ObjectContext, verb: ScheduleVerb): Promise<RunNowResult> {
  const state = await mustRead(ctx);
  const target = await readTarget(ctx);
  if (target === undefined) throw new Error("a schedule has no target");
  if (state.waiting.filter((each) => each.manual === true).length >= MAX_WAITING_MANUAL) {
    const message = `${MAX_WAITING_MANUAL} occurrences wait for their turn; see show`;
    throw problem("schedule_busy", message);
  }
  const now = await ctx.date.now();
  // No two are of the same instant.
  const time = Math.max(
    now,
    ...state.waiting.map((each) => each.time + 1),
    (state.firing?.time ?? 0) + 1,
  );
  const occurrence = isoTime(time);
  await recordAct(ctx, { ...whoAndWhy(verb), verb: "runNow", subject: occurrence }, now);
  const queued = { ...state, waiting: [...state.waiting, { time, manual: true } as const] };
  writeState(ctx, await fireNext(ctx, withChange(queued, "runNow", verb, now), now));
  return { result: "accepted", occurrence, taskId: taskIdOf(target, ctx.key, time) };
}

export async function tick(ctx: ObjectContext, { timer, at }: Tick): Promise<void> {
  const state = await readState(ctx);
  if (state?.timer?.number !== timer) return;
  const { timer: _, ...rest } = state;
  // It is at least as late as the timer says, which is the server's word.
  const now = Math.max(await ctx.date.now(), at);
  await advance(ctx, takeDue(rest, now, state.missed.lateAfterMs), now);
}

export async function settle(ctx: ObjectContext, input: Settle): Promise<void> {
  const state = await readState(ctx);
  if (state?.firing?.number !== input.number) return;
  const now = await ctx.date.now();
  writeState(ctx, await fireNext(ctx, settled(state, input, now), now));
}

export async function show(
  ctx: ObjectSharedContext,
  { next }: ShowSchedule,
): Promise<ScheduleView> {
  const state = await mustRead(ctx);
  const target = await readTarget(ctx);
  if (target === undefined) throw new Error("a schedule has no target");
  const { version, times, missed, firing, waiting, counts, outcomes, changes } = state;
  return {
    id: ctx.key,
    version,
    status: statusOf(state),
    times,
    target,
    missed,
    next: timesAhead(state, next),
    ...(firing === undefined
      ? {}
      : { firing: { occurrence: isoTime(firing.time), since: isoTime(firing.since) } }),
    waiting: waiting.length,
    counts,
    outcomes,
    changes,
  };
}

function whoAndWhy({ by, reason }: Pick<ScheduleVerb, "by" | "reason">) {
  return { by, reason };
}

function standing(state: ScheduleState): Pick<SetResult, "status" | "next"> {
  const [next] = timesAhead(state, 1);
  return { status: statusOf(state), ...(next === undefined ? {} : { next }) };
}
