// Owns the bodies and answers of the agent object's handlers by which people deal with effects
// (settle, retry, rollback) and by which a tool's service asks for authority. As in api.ts.
import { z } from "zod";
import { actorIdSchema, reasonSchema } from "./api.ts";
import type { ParentTask } from "./child.ts";
import type { Hold } from "./control-view.ts";
import { grantsSchema, type NamedGrant } from "./grant.ts";
import { messageIdSchema } from "./ids.ts";
import { jsonBytes } from "./json-bytes.ts";
import type { TaskStatus } from "./status.ts";
import { textSchema } from "./text.ts";

const operationIdText = textSchema.min(1).max(256);

/** Bytes of JSON that a stated result has at most. */
export const MAX_STATED_RESULT_BYTES = 16 * 1024;

export const settleInputSchema = z
  .strictObject({
    operationId: operationIdText,
    outcome: z.enum(["applied", "not-applied"]),
    /** Any JSON, which the model reads as the call's result. Only with `applied`. */
    result: z.exactOptional(z.unknown()),
    reason: reasonSchema,
    by: z.exactOptional(actorIdSchema),
  })
  .refine(({ outcome, result }) => outcome === "applied" || result === undefined, {
    path: ["result"],
    message: "goes with outcome applied only",
  })
  .refine(({ result }) => jsonBytes(result) <= MAX_STATED_RESULT_BYTES, {
    path: ["result"],
    message: `must be at most ${MAX_STATED_RESULT_BYTES} bytes of JSON`,
  });
export type SettleInput = z.infer<typeof settleInputSchema>;

export const retryInputSchema = z
  .strictObject({
    /** Default: everything that waits. */
    operationId: z.exactOptional(operationIdText),
    /** In its place: a message that was quarantined, which is taken in once more. */
    messageId: z.exactOptional(messageIdSchema),
    reason: reasonSchema,
    by: z.exactOptional(actorIdSchema),
  })
  .refine(({ operationId, messageId }) => operationId === undefined || messageId === undefined, {
    path: ["messageId"],
    message: "give either operationId or messageId",
  });
export type RetryInput = z.infer<typeof retryInputSchema>;

/** Body of `drop`: a message that was quarantined is never taken in again. */
export const dropInputSchema = z.strictObject({
  messageId: messageIdSchema,
  reason: reasonSchema,
  by: z.exactOptional(actorIdSchema),
});
export type DropInput = z.infer<typeof dropInputSchema>;

export const rollbackInputSchema = z.strictObject({
  reason: reasonSchema,
  by: z.exactOptional(actorIdSchema),
});
export type RollbackInput = z.infer<typeof rollbackInputSchema>;

/** Body of `grant`: the task's grants from now on, in the place of those that it had. */
export const grantInputSchema = z.strictObject({
  grants: grantsSchema,
  reason: reasonSchema,
  by: z.exactOptional(actorIdSchema),
});
export type GrantInput = z.infer<typeof grantInputSchema>;

export const authorityInputSchema = z.strictObject({ operationId: operationIdText });
export type AuthorityInput = z.infer<typeof authorityInputSchema>;

export interface SettleResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** `accepted`: not applied yet, because the task is busy; `status` and `events` tell. */
  readonly result: "recorded" | "accepted";
}

export interface GrantResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** `accepted`: not applied yet, because the task is busy; `status` and `events` tell. */
  readonly result: "recorded" | "accepted";
}

export interface RetryResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly result: "accepted";
}

export interface DropResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** `accepted`: not applied yet, because the task is busy; `status` and `events` tell. */
  readonly result: "recorded" | "accepted";
}

export interface RollbackResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly result: "accepted";
  /** Applied effects that are undone, last first. */
  readonly effects: number;
}

/** What a tool's service looks at right before an effect (L8). */
export interface AuthorityView {
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly cancelling: boolean;
  /** Effects are being undone. */
  readonly compensating: boolean;
  /** A person holds the task; where it is quarantined, no effect may begin. */
  readonly hold?: Hold["kind"];
  readonly owner?: string;
  readonly tenant?: string;
  /** Absent where the task was given none, and may use what its agent declares. */
  readonly grants?: readonly NamedGrant[];
  /** Of a child: the task that it works for, without which it does nothing. */
  readonly parent?: Pick<ParentTask, "agent" | "taskId" | "taskUid">;
  /** Absent when the operation is not open: it was settled, replaced, or never was. */
  readonly operation?: {
    /** `execute` is allowed in `issued` only. */
    readonly state: string;
    readonly attempt: number;
    readonly argumentsDigest: string;
    readonly tool: string;
    readonly toolVersion: string;
    /** The digest that a decision names... */
    readonly approvalDigest?: string;
    /** ...which was made of this operation id: an earlier attempt's where it is carried over. */
    readonly approvedAs?: string;
    /** Of the policy set under which it was proposed, and of the agent. */
    readonly policyVersion?: string;
    readonly agentVersion?: string;
    /** Whether a person approved it. */
    readonly approved: boolean;
  };
}
