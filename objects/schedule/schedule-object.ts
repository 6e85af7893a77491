// Owns the object `holdfast.schedule` as Restate sees it, keyed by the schedule's id. What its
// handlers do is in the files beside this one.
import {
  handlers,
  object,
  type ObjectContext,
  type ObjectSharedContext,
} from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { bodySerde, type RawBody } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import {
  type FindAgent,
  MAX_SCHEDULE_BYTES,
  SCHEDULE_SERVICE,
  scheduleVerbSchema,
  type SetSchedule,
  setScheduleSchema,
  showScheduleSchema,
} from "../../contract/schedule.ts";
import { recordInputSchema } from "../../contract/operator-record.ts";
import type { Fire, Settle, Tick } from "../../contract/schedule-state.ts";
import {
  change,
  pause,
  remove,
  resume,
  runNow,
  set,
  settle,
  show,
  tick,
} from "./change-schedule.ts";
import { fire } from "./fire.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { readActs } from "../../handler/operator-record.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";
import { checkId } from "./schedule-problem.ts";

export interface ScheduleObjectDeps {
  /** Called inside of actions. */
  readonly findAgent: FindAgent;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const KEPT = {
  retryPolicy: RETRY_FOREVER,
  journalRetention: MINUTE,
  inactivityTimeout: 5 * SECOND,
};
/** A read leaves nothing behind; the ingress gives each call an idempotency key of its own. */
const VIEW = { ...KEPT, journalRetention: 0, idempotencyRetention: 0 };
const PRIVATE = { ...KEPT, ingressPrivate: true } as const;

/** Body in, answer out, callable by anyone who reaches the ingress. */
function optionsOf(schema: BodySchema<unknown>, kept: typeof KEPT) {
  // Plain curl sends another content type unless it is told.
  return { input: bodySerde(schema), output: answerJson<unknown>(), accept: "*/*", ...kept };
}

function command<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectContext, input: I) => Promise<O>,
) {
  return handlers.object.exclusive(optionsOf(schema, KEPT), (ctx: ObjectContext, body: RawBody) => {
    checkId(ctx.key);
    return handle(ctx, readBody(schema, body, { maxBytes: MAX_SCHEDULE_BYTES }));
  });
}

function shared<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectSharedContext, input: I) => Promise<O>,
  kept = KEPT,
) {
  const options = optionsOf(schema, kept);
  return handlers.object.shared(options, (ctx: ObjectSharedContext, body: RawBody) => {
    checkId(ctx.key);
    return handle(ctx, readBody(schema, body, { maxBytes: MAX_SCHEDULE_BYTES }));
  });
}

function own<I>(handle: (ctx: ObjectContext, input: I) => Promise<unknown>) {
  return handlers.object.exclusive({ ...PRIVATE, input: jsonOf<I>() }, handle);
}

export function createScheduleObject({ findAgent }: ScheduleObjectDeps) {
  return object({
    name: SCHEDULE_SERVICE,
    description:
      "Starts an agent, or messages a task, at the times of a cron expression or interval.",
    options: { enableLazyState: true },
    handlers: {
      set: shared(setScheduleSchema, (ctx, input) => set(ctx, findAgent, input)),
      pause: command(scheduleVerbSchema, pause),
      resume: command(scheduleVerbSchema, resume),
      delete: command(scheduleVerbSchema, remove),
      runNow: command(scheduleVerbSchema, runNow),
      show: shared(showScheduleSchema, show, VIEW),
      record: shared(recordInputSchema, readActs, VIEW),
      change: own<SetSchedule>(change),
      tick: own<Tick>(tick),
      settle: own<Settle>(settle),
      fire: handlers.object.shared(
        { ...PRIVATE, input: jsonOf<Fire>() },
        (ctx: ObjectSharedContext, input: Fire) => fire(ctx, findAgent, input),
      ),
    },
  });
}
