// Owns the language of schedules: an agent is started, or a task of it is messaged, at times that
// a cron expression or an interval names. Bodies and answers of `holdfast.schedule`; what its
// private handlers are sent, and what is stored, is in schedule-state.ts.
import { z } from "zod";
import { actorIdSchema, reasonSchema } from "./api.ts";
import { grantsSchema } from "./grant.ts";
import { nameProblem, taskIdSchema } from "./ids.ts";
import { messageContentSchema } from "./message.ts";
import { textSchema } from "./text.ts";

/** A virtual object, keyed by the schedule's id. */
export const SCHEDULE_SERVICE = "holdfast.schedule";

/** A schedule's id is at most this many bytes, so that task and message ids can begin with it. */
export const MAX_SCHEDULE_ID_BYTES = 128;
/** Shortest and longest interval, in milliseconds: a second and a year. */
export const MIN_EVERY_MS = 1_000;
export const MAX_EVERY_MS = 366 * 24 * 60 * 60 * 1_000;
/** How many missed times `all` catches up with when the schedule does not say, and at most. */
export const DEFAULT_CATCH_UP = 100;
export const MAX_CATCH_UP = 1_000;
/** A time is missed that nobody could attend to for so long, in milliseconds. */
export const DEFAULT_LATE_AFTER_MS = 60_000;
/** Bytes of a body. */
export const MAX_SCHEDULE_BYTES = 64 * 1024;
/** Outcomes and changes that are kept, the latest first. */
export const KEPT_OUTCOMES = 20;
export const KEPT_CHANGES = 20;

/**
 * Times of schedules are ISO 8601 texts, and answered in UTC with milliseconds: an occurrence's
 * time is a part of the ids that it makes.
 */
export type IsoTime = string;
const isoTimeSchema = z.iso.datetime({ offset: true });

const agentSchema = z.string().superRefine((name, ctx) => {
  const problem = nameProblem(name);
  if (problem !== undefined) ctx.addIssue({ code: "custom", message: problem });
});

const rangeShape = {
  /** Nothing before it. An interval counts from it, itself included. Default: from now on. */
  startAt: isoTimeSchema.optional(),
  /** Nothing at or after it. */
  endAt: isoTimeSchema.optional(),
};

export const timesSchema = z.union([
  z.strictObject({
    /** Five fields, or six with seconds first; or `@daily` and the like. */
    cron: textSchema.min(1).max(256),
    /** An IANA name, such as `Europe/Berlin`. */
    timeZone: z.string().min(1).max(64).default("UTC"),
    ...rangeShape,
  }),
  z.strictObject({
    /** Milliseconds from one time to the next. */
    everyMs: z.int().min(MIN_EVERY_MS).max(MAX_EVERY_MS),
    ...rangeShape,
  }),
]);
/** When; as `core/schedule` computes it. */
export type Times = z.infer<typeof timesSchema>;

export const startTargetSchema = z.strictObject({
  kind: z.literal("start"),
  agent: agentSchema,
  message: messageContentSchema,
  /** `{schedule}` is the schedule's id, `{time}` the occurrence. */
  taskId: textSchema
    .max(200)
    .refine((text) => text.includes("{time}"), "must contain {time}, so that each task is another")
    .default("{schedule}/{time}"),
  owner: actorIdSchema.optional(),
  tenant: actorIdSchema.optional(),
  grants: grantsSchema.optional(),
  /** `skip`: no task while the one before is at work. */
  overlap: z.enum(["allow", "skip"]).default("allow"),
});

export const messageTargetSchema = z.strictObject({
  kind: z.literal("message"),
  agent: agentSchema,
  taskId: taskIdSchema,
  message: messageContentSchema,
  /** Of a task that is at work; `skip`: no message. */
  whenBusy: z.enum(["queue", "steer", "skip"]).default("queue"),
});

export const targetSchema = z.discriminatedUnion("kind", [startTargetSchema, messageTargetSchema]);
/** What happens at each time. */
export type Target = z.infer<typeof targetSchema>;
export type StartTarget = z.infer<typeof startTargetSchema>;
export type MessageTarget = z.infer<typeof messageTargetSchema>;

export const missedSchema = z
  .strictObject({
    /** `skip`: none of them; `one`: once for all of them; `all`: each, up to `atMost`. */
    policy: z.enum(["skip", "one", "all"]).default("one"),
    /** Of more, the oldest are dropped. */
    atMost: z.int().min(1).max(MAX_CATCH_UP).default(DEFAULT_CATCH_UP),
    /** How late the last time may be before it counts as missed, in milliseconds. */
    lateAfterMs: z
      .int()
      .min(1_000)
      .max(24 * 60 * 60 * 1_000)
      .default(DEFAULT_LATE_AFTER_MS),
  })
  .default({ policy: "one", atMost: DEFAULT_CATCH_UP, lateAfterMs: DEFAULT_LATE_AFTER_MS });
export type MissedRule = z.infer<typeof missedSchema>;

const why = { by: actorIdSchema.optional(), reason: reasonSchema };

/** Body of `set`. */
export const setScheduleSchema = z.strictObject({
  times: timesSchema,
  target: targetSchema,
  missed: missedSchema,
  ...why,
  /** Fails with 412 unless the schedule is at this version; 0: unless it is new. */
  version: z.int().min(0).optional(),
});
export type SetSchedule = z.infer<typeof setScheduleSchema>;

/** Body of `pause`, `resume`, `delete` and `runNow`. */
export const scheduleVerbSchema = z.strictObject(why);
export type ScheduleVerb = z.infer<typeof scheduleVerbSchema>;

/** Body of `show`. */
export const showScheduleSchema = z
  .strictObject({ next: z.int().min(0).max(20).default(5) })
  .default({ next: 5 });
export type ShowSchedule = z.infer<typeof showScheduleSchema>;

export interface SetResult {
  /** `unchanged`: it was like that already. */
  readonly result: "created" | "changed" | "unchanged";
  readonly version: number;
  readonly status: ScheduleStatus;
  /** Absent when no time is left. */
  readonly next?: IsoTime;
}

/** `ended`: no time is left. */
export type ScheduleStatus = "active" | "paused" | "ended";

export interface VerbResult {
  /** The second: it was so already. */
  readonly result: "done" | "unchanged";
  readonly status: ScheduleStatus;
  readonly next?: IsoTime;
}

export interface DeleteResult {
  readonly result: "deleted" | "not-found";
}

export interface RunNowResult {
  readonly result: "accepted";
  readonly occurrence: IsoTime;
  readonly taskId: string;
}

/** What became of one occurrence. */
export interface Outcome {
  readonly occurrence: IsoTime;
  /** When it was known. */
  readonly at: IsoTime;
  readonly result: "started" | "sent" | "skipped" | "failed";
  readonly taskId: string;
  /** Why it was skipped, or the code of the error: `task_ended`. */
  readonly why?: string;
  /** It was asked for by `runNow`. */
  readonly manual?: true;
}

/** All since the schedule was made. Each occurrence is in exactly one of them, once it is over. */
export interface ScheduleCounts {
  readonly started: number;
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
  /** Times that passed and were not attended to, by the rule for missed times. */
  readonly missed: number;
}

export interface ScheduleChange {
  readonly at: IsoTime;
  readonly what: "set" | "pause" | "resume" | "runNow";
  readonly by?: string;
  readonly reason?: string;
}

/** Answer of `show`. */
export interface ScheduleView {
  readonly id: string;
  readonly version: number;
  readonly status: ScheduleStatus;
  readonly times: Times;
  readonly target: Target;
  readonly missed: MissedRule;
  /** The next times; none of a schedule that is paused or has ended. */
  readonly next: readonly IsoTime[];
  /** The occurrence that is being attended to. */
  readonly firing?: { readonly occurrence: IsoTime; readonly since: IsoTime };
  /** Occurrences that wait for it. */
  readonly waiting: number;
  readonly counts: ScheduleCounts;
  readonly outcomes: readonly Outcome[];
  readonly changes: readonly ScheduleChange[];
}

/** Whether workers of an agent are registered. Rejects when the engine cannot be asked. */
export type FindAgent = (agent: string) => Promise<boolean>;
