// Owns what happens at an occurrence: the agent is started or the task is messaged, unless it is
// at work and must not be. A shared handler, so that an agent that is slow to answer, or is not
// served, keeps nobody from pausing, changing or deleting the schedule.
import { type ObjectSharedContext, TerminalError } from "@restatedev/restate-sdk";
import type {
  SendInput,
  SendResult,
  StartInput,
  StartResult,
  StatusView,
} from "../../contract/api.ts";
import type {
  FindAgent,
  MessageTarget,
  Outcome,
  StartTarget,
  Target,
} from "../../contract/schedule.ts";
import { SCHEDULE_SERVICE } from "../../contract/schedule.ts";
import { type Fire, SCHEDULE_VERSION, type Settle } from "../../contract/schedule-state.ts";
import { isBusy } from "../../core/schedule/busy.ts";
import { occurrenceId, taskIdOf } from "../../core/schedule/occurrence.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { readState, readTarget } from "./schedule-store.ts";

type Attended = Pick<Outcome, "result" | "why">;

/** Restate's code of a call that was cancelled or killed. */
const CANCELLED = 409;

export async function fire(
  ctx: ObjectSharedContext,
  findAgent: FindAgent,
  input: Fire,
): Promise<void> {
  const [state, target] = [await readState(ctx), await readTarget(ctx)];
  // It was deleted meanwhile.
  if (state === undefined || target === undefined) return;
  const settle = (attended: Attended): void => {
    const { number, time } = input;
    const taskId = taskIdOf(target, ctx.key, time);
    const parameter: Settle = { v: SCHEDULE_VERSION, number, taskId, ...attended };
    send(ctx, parameter);
  };
  if (state.version !== input.version) {
    settle({ result: "skipped", why: "the schedule was changed" });
    return;
  }
  try {
    settle(await attend(ctx, findAgent, target, input));
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    const why = error.metadata?.["code"] ?? (error.code === CANCELLED ? "cancelled" : "error");
    settle({ result: "failed", why });
    // Ours or the callee's; neither is an answer of the agent.
    if (error.code === CANCELLED) throw error;
  }
}

function send(ctx: ObjectSharedContext, parameter: Settle): void {
  ctx.genericSend<Settle>({
    service: SCHEDULE_SERVICE,
    key: ctx.key,
    method: "settle",
    parameter,
    inputSerde: jsonOf(),
  });
}

async function attend(
  ctx: ObjectSharedContext,
  findAgent: FindAgent,
  target: Target,
  input: Fire,
): Promise<Attended> {
  // A call of a service that is not registered would be retried for ever.
  if (!(await ctx.run("find-agent", () => findAgent(target.agent)))) {
    return { result: "failed", why: "agent_not_found" };
  }
  return target.kind === "start" ? start(ctx, target, input) : message(ctx, target, input);
}

async function start(
  ctx: ObjectSharedContext,
  target: StartTarget,
  { time, lastTask }: Fire,
): Promise<Attended> {
  const { agent, overlap } = target;
  if (overlap === "skip" && lastTask !== undefined && (await isAtWork(ctx, agent, lastTask))) {
    return { result: "skipped", why: `${lastTask} is at work` };
  }
  const { owner, tenant, grants } = target;
  const parameter: StartInput = {
    message: target.message,
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(grants === undefined ? {} : { grants }),
  };
  await call<StartInput, StartResult>(
    ctx,
    agent,
    taskIdOf(target, ctx.key, time),
    "start",
    parameter,
  );
  return { result: "started" };
}

async function message(
  ctx: ObjectSharedContext,
  { agent, taskId, message: content, whenBusy }: MessageTarget,
  { time }: Fire,
): Promise<Attended> {
  if (whenBusy === "skip" && (await isAtWork(ctx, agent, taskId))) {
    return { result: "skipped", why: "the task is at work" };
  }
  const messageId = occurrenceId(ctx.key, time);
  const from = `schedule/${ctx.key}`;
  await call<SendInput, SendResult>(ctx, agent, taskId, "send", {
    message: content,
    messageId,
    from,
    // What is at work now may rest when the message arrives, which is as good.
    mode: whenBusy === "skip" ? "queue" : whenBusy,
  });
  return { result: "sent" };
}

/** Fails with `task_not_found` where there is no such task. */
async function isAtWork(ctx: ObjectSharedContext, agent: string, taskId: string): Promise<boolean> {
  const { status } = await call<object, StatusView>(ctx, agent, taskId, "status", {});
  return isBusy(status);
}

function call<I, O>(
  ctx: ObjectSharedContext,
  service: string,
  key: string,
  method: string,
  parameter: I,
): Promise<O> {
  return ctx.genericCall<I, O>({
    service,
    key,
    method,
    parameter,
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}
