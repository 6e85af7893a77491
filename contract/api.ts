// Owns the bodies of the agent object's public handlers, as zod schemas: they validate, they
// type the clients, and Restate publishes them as JSON Schema.
import { z } from "zod";
import { grantsSchema } from "./grant.ts";
import { messageIdSchema, sha256Schema } from "./ids.ts";
import { messageContentSchema, messageModeSchema } from "./message.ts";
import { textSchema } from "./text.ts";
import type { ApprovalClaim, Deciders } from "./approval.ts";
import type { BudgetDenial, ExtensionView } from "./budget.ts";
import type { ChildView, ParentTask } from "./child.ts";
import type { Hold, SettlementReport } from "./control-view.ts";
import type { EffectClass } from "./effect-class.ts";
import type { ErasureView } from "./erasure-view.ts";
import type { TaskEvent } from "./event.ts";
import type { ContextMessage } from "./model.ts";
import type { TaskStatus } from "./status.ts";
import type { ReviewView } from "./review.ts";
import type { BlockCode } from "./tool.ts";
import type { WaitView } from "./wait.ts";
import type { Stuck } from "./watch.ts";

/** How long `ask` waits when the caller does not say, and at most, in milliseconds. */
export const DEFAULT_ASK_TIMEOUT_MS = 60_000;
export const MAX_ASK_TIMEOUT_MS = 10 * 60_000;
/** How long `send` waits for a message to be applied, in milliseconds. */
export const MAX_APPLIED_WAIT_MS = 60_000;
/** Events that one page of `events` holds at most. */
export const MAX_EVENTS_PAGE = 500;

/** The message that starts a task has this id; `ask` may wait for its turn by it. */
export const START_MESSAGE_ID = "start";

/** The schema of a handler's body. */
export type BodySchema<T> = z.ZodType<T>;

/** Body of `status`: nothing is read from it. */
export const noInputSchema = z.unknown();

/** What a caller says of itself. */
export const actorIdSchema = textSchema.min(1).max(256);
/** Why: part of the record for ever (R73). */
export const reasonSchema = textSchema.min(1).max(1024);

export const startInputSchema = z.strictObject({
  message: messageContentSchema,
  /** Who answers for the task. */
  owner: actorIdSchema.optional(),
  /** Who does when its owner cannot. */
  escalation: actorIdSchema.optional(),
  /** For whom: credentials, grants, policies and stops go by it. */
  tenant: actorIdSchema.optional(),
  /** What the task may do. Default: the agent's grants, or else every tool that it declares. */
  grants: grantsSchema.optional(),
});
export type StartInput = z.infer<typeof startInputSchema>;

export const sendInputSchema = z.strictObject({
  message: messageContentSchema,
  /** Applied once for ever. Default: the id of this request's invocation. */
  messageId: messageIdSchema.optional(),
  from: actorIdSchema.optional(),
  /** Default `steer`. */
  mode: messageModeSchema.optional(),
  /** Answers when the message has its place in the log, or after `MAX_APPLIED_WAIT_MS`. */
  wait: z.literal("applied").optional(),
});
export type SendInput = z.infer<typeof sendInputSchema>;

export const askInputSchema = z.strictObject({
  message: messageContentSchema,
  messageId: messageIdSchema.optional(),
  from: actorIdSchema.optional(),
  mode: messageModeSchema.optional(),
  /** As of `start`, where it makes the task. */
  tenant: actorIdSchema.optional(),
  timeoutMs: z.int().min(0).max(MAX_ASK_TIMEOUT_MS).optional(),
});
export type AskInput = z.infer<typeof askInputSchema>;

export const eventsInputSchema = z
  .strictObject({
    /** Events after this position; -1 from the start. */
    after: z.int().min(-1).default(-1),
    /** Events before this position; up to the end where it is left out. */
    before: z.exactOptional(z.int().min(0)),
    limit: z.int().min(1).max(MAX_EVENTS_PAGE).default(100),
  })
  .default({ after: -1, limit: 100 });
export type EventsInput = z.infer<typeof eventsInputSchema>;

export const cancelInputSchema = z.strictObject({
  reason: reasonSchema,
  by: actorIdSchema.optional(),
  /** Whether applied effects are undone where their tools can; true by default. */
  compensate: z.boolean().optional(),
});
export type CancelInput = z.infer<typeof cancelInputSchema>;

/** What an outside system resolves an approval's awakeable with. */
export const approvalDecisionSchema = z.strictObject({
  decision: z.enum(["approve", "reject"]),
  /** The digest that `status` shows for the proposed call. */
  digest: sha256Schema,
  by: actorIdSchema.optional(),
  /** Reaches the model when the decision is `reject`. */
  message: textSchema.max(8192).optional(),
});
export type ApprovalDecision = z.infer<typeof approvalDecisionSchema>;

export interface StartResult {
  readonly taskId: string;
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** False when the task was there already. */
  readonly created: boolean;
}

export interface SendResult {
  readonly taskId: string;
  readonly taskUid: string;
  readonly messageId: string;
  /** `applied` only where the caller waited for it. */
  readonly result: "accepted" | "duplicate" | "applied";
  /** Of `applied`: its turn, absent while it is kept for a later one... */
  readonly turn?: number;
  /** ...and its position in the log. */
  readonly seq?: number;
}

/** The end of a turn, as `ask` answers it. */
export interface TurnAnswer {
  readonly turn: number;
  readonly result: "completed" | "failed";
  /** The model's words, or JSON where the agent has an output schema. */
  readonly answer?: string;
  /** Set instead of `answer` when it is above the inline limit. */
  readonly artifact?: {
    readonly sha256: string;
    readonly size: number;
    readonly mediaType: string;
  };
  readonly error?: { readonly code: string; readonly message: string };
}

export interface AskResult {
  readonly taskId: string;
  readonly taskUid: string;
  readonly messageId: string;
  readonly status: TaskStatus;
  /** Position of the last event; go on with `events`. */
  readonly cursor: number;
  /** Absent when the turn has not ended in time: ask again with the same messageId. */
  readonly turn?: TurnAnswer;
}

/** An operation that the task has open. */
export interface OperationView {
  readonly operationId: string;
  readonly state: string;
  readonly tool: string;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The proposed call, exactly; only while an approval is open. */
  readonly proposal?: {
    readonly arguments: unknown;
    readonly argumentsDigest: string;
    /** What a decision must name. */
    readonly digest: string;
    readonly awakeableId: string;
    /** Key of `holdfast.approval`: `show` has all of it, and `decide` takes a decision. */
    readonly approvalId: string;
    /** From 1: a request that went stale is followed by another. */
    readonly request: number;
    /** Silence until then is a denial; milliseconds since the epoch. */
    readonly expiresAt: number;
    readonly deciders: Deciders;
    /** Approvals of this digest so far, and how many there must be. */
    readonly approvals: number;
    readonly quorum: number;
    /** What the call touches. */
    readonly resource?: string;
    /** A person put these arguments in the place of the proposed ones. */
    readonly edited?: boolean;
    /** Who looks at it, until when; it may have ended by now. */
    readonly claim?: ApprovalClaim;
  };
  /** Only of an operation in state `unknown`. */
  readonly unknown?: {
    readonly reason: string;
    /** Before then no new attempt is made, milliseconds since the epoch. */
    readonly notBefore?: number;
    /** How many questions `reconcile` has answered. */
    readonly asked: number;
    /** A person has stated that it was not applied. */
    readonly stated?: "not-applied";
  };
  /** Only of an operation in state `waiting`. */
  readonly wait?: WaitView;
  /** Only of an operation in state `blocked`. */
  readonly blocked?: {
    readonly code: BlockCode;
    readonly reason: string;
    /** When it is issued again by itself, milliseconds since the epoch. */
    readonly retryAt: number;
  };
}

export interface StatusView extends ErasureView {
  readonly taskId: string;
  readonly taskUid: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly status: TaskStatus;
  /** Why, when the status alone does not tell. */
  readonly reason?: string;
  /** When the task wakes by itself, milliseconds since the epoch. */
  readonly wakeAt?: number;
  readonly turn: number;
  readonly step: number;
  readonly segment: number;
  readonly operations: readonly OperationView[];
  readonly usage: {
    readonly modelCalls: number;
    readonly toolCalls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
  };
  readonly lastTurn?: TurnAnswer;
  /** Of a task in `waiting-budget`: which budget has no room, in the numbers of that instant. */
  readonly budget?: BudgetDenial & { readonly extension?: ExtensionView };
  /** The answer of the turn waits for a person to release it. */
  readonly review?: ReviewView;
  /** Applied effects that `cancel` or `rollback` would undo; absent when there are none. */
  readonly effects?: number;
  readonly cursor: number;
  /** A person keeps the task from going on: who, why, and the status that it has but for that. */
  readonly hold?: Hold;
  /** The last turn went on after an interruption: when it was noticed, and how often (R66). */
  readonly resumed?: { readonly at: number; readonly cause: string; readonly times: number };
  /** The task whose call has made this one. */
  readonly parent?: ParentTask;
  /** Child tasks that are not known to have ended; absent is none. */
  readonly children?: readonly ChildView[];
  /** Messages that are kept for later turns; absent is none. */
  readonly kept?: number;
  /** Messages that no segment got past, 16 at most: `retry` or `drop` them. Absent is none. */
  readonly quarantined?: {
    readonly count: number;
    readonly messages: readonly { readonly messageId: string; readonly seq: number }[];
  };
  /** Of a task that has ended: what became of everything that it had begun. */
  readonly settlement?: SettlementReport;
  /** It was found not to move; `explain` says why. Absent once it makes progress (R67). */
  readonly stuck?: Stuck;
  readonly owner?: string;
  /** Who answers for the task when its owner cannot. */
  readonly escalation?: string;
  readonly tenant?: string;
  /** How many grants the task was given, and their digest; absent where it may use what its agent declares. */
  readonly grants?: { readonly count: number; readonly digest: string };
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface EventsPage {
  readonly taskUid: string;
  readonly events: readonly TaskEvent[];
  /** Give it as `after` for the next page. */
  readonly cursor: number;
  /** Whether there were more when this page was read. */
  readonly more: boolean;
}

export interface ContextView {
  readonly taskUid: string;
  /** Position and hash of the log that the context is made of. */
  readonly to: number;
  readonly digest: string;
  readonly messages: readonly ContextMessage[];
  readonly cursor: number;
  readonly more: boolean;
}

export interface CancelResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  readonly result: "accepted" | "already-cancelled";
}
