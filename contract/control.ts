// Owns the verbs by which people control a task, the bodies and answers of their handlers, and
// the commands that they become (docs/control.md). Where each is taken is in core/control/verbs.ts.
import { z } from "zod";
import { actorIdSchema, reasonSchema } from "./api.ts";
import type { StoredText } from "./artifact.ts";
import { jsonBytes } from "./json-bytes.ts";
import type { TaskStatus } from "./status.ts";
import { textSchema } from "./text.ts";

const said = { reason: reasonSchema, by: z.exactOptional(actorIdSchema) };

/** Bytes of JSON that an overriding result has at most. */
export const MAX_OVERRIDE_BYTES = 16 * 1024;

export const pauseInputSchema = z.strictObject({
  ...said,
  /**
   * `safe-point`: a model call that is in flight ends first. `now`: it is aborted. Either way a
   * tool call that is in flight goes on, and its outcome is recorded.
   */
  when: z.enum(["safe-point", "now"]).default("safe-point"),
});
/** Body of `resume`, `quarantine`, `retire` and `complete`. */
export const verbInputSchema = z.strictObject(said);
export const overrideInputSchema = z
  .strictObject({
    ...said,
    operationId: textSchema.min(1).max(256),
    /** Any JSON, which the model reads as the call's result. */
    result: z.exactOptional(z.unknown()),
    /**
     * What the call has cost, in millionths of the budgets' currency, where a budget has reserved its
     * price. Absent: its price, or nothing where it did not run.
     */
    used: z.exactOptional(z.strictObject({ money: z.int().min(0) })),
    /** In its place: a failure that the model can act on. */
    error: z.exactOptional(
      z.strictObject({
        code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be snake_case"),
        message: textSchema.min(1).max(1024),
      }),
    ),
  })
  .refine(({ result, error }) => (result === undefined) !== (error === undefined), {
    path: ["result"],
    message: "give either result or error",
  })
  .refine(({ result }) => jsonBytes(result) <= MAX_OVERRIDE_BYTES, {
    path: ["result"],
    message: `must be at most ${MAX_OVERRIDE_BYTES} bytes of JSON`,
  });
export const transferInputSchema = z.strictObject({
  ...said,
  owner: actorIdSchema,
  /** Who answers for the task when its owner cannot. Absent: as before. */
  escalation: z.exactOptional(actorIdSchema),
});

export type PauseInput = z.infer<typeof pauseInputSchema>;
export type VerbInput = z.infer<typeof verbInputSchema>;
export type OverrideInput = z.infer<typeof overrideInputSchema>;
export type TransferInput = z.infer<typeof transferInputSchema>;

/** The verbs that this file owns; `cancel`, `retry` and others are in api.ts and effect-api.ts. */
export const CONTROL_VERBS = [
  "pause",
  "resume",
  "quarantine",
  "override",
  "transfer",
  "complete",
  "retire",
  "kill",
] as const;
export type ControlVerb = (typeof CONTROL_VERBS)[number];

interface Said {
  readonly reason: string;
  readonly by?: string;
}

/** As `apply` is sent them; journaled, so add optional fields only. */
export type ControlCommand =
  | (Said & { readonly type: "pause"; readonly when: PauseInput["when"] })
  | (Said & { readonly type: "resume" | "quarantine" | "complete" | "retire" | "kill" })
  | (Said & {
      readonly type: "override";
      readonly operationId: string;
      readonly outcome:
        | { readonly result: StoredText }
        | { readonly error: { readonly code: string; readonly message: string } };
      readonly used?: { readonly money: number };
    })
  | (Said & { readonly type: "transfer"; readonly owner: string; readonly escalation?: string });

export interface ControlResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** `accepted`: not applied yet, because the task is busy; `status` and `events` tell. */
  readonly result: "applied" | "accepted";
}

/** Answer of `succeed`. `nobody`: the owner is gone, and no escalation owner is there. */
export interface SucceedResult {
  readonly result: "nothing" | "nobody" | "accepted";
}

/** Body of `holdfast.control/kill`. */
export const killInputSchema = z.strictObject({
  ...said,
  agent: textSchema.min(1).max(64),
  taskId: textSchema.min(1).max(256),
});
export type KillInput = z.infer<typeof killInputSchema>;

export const CONTROL_SERVICE = "holdfast.control";
