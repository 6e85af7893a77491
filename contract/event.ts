// Owns the task log: an append-only, hash-chained record of everything that happened (L10).
// Adding an event type or an optional field is compatible; changing one is a new EVENT_VERSION.
import type { StoredText } from "./artifact.ts";
import type { EffectClass } from "./effect-class.ts";
import type { StoredPart } from "./message.ts";
import type { ModelAnswer, ModelChoice, ModelFallback, ModelUsage, ProviderCode } from "./model.ts";
import type { TaskStatus } from "./status.ts";

export const EVENT_VERSION = 1;

/** Who caused an event. `id` is what the caller said of itself; the gateway will verify it. */
export interface Actor {
  readonly kind: "user" | "agent" | "operator" | "runtime";
  readonly id?: string;
}

/** Where an operation stands in the conversation. */
export interface CallPosition {
  readonly operationId: string;
  readonly step: number;
  readonly ordinal: number;
  readonly callId: string;
  readonly tool: string;
}

/** Type to data. L+T+D of R1: `model.answered`, `tool.returned`, and the rest are decisions. */
export interface EventData {
  "task.started": { agent: string; agentVersion: string; inputDigest: string; owner?: string };
  "message.received": {
    messageId: string;
    turn: number;
    parts: readonly StoredPart[];
    digest: string;
  };
  /** An accepted message that found the task ended. */
  "message.refused": { messageId: string; status: TaskStatus };
  "segment.started": {
    segment: number;
    invocationId: string;
    agentVersion: string;
    /** SHA-256 of the manifest artifact. */
    manifest: string;
  };
  /** The engine or an operator ended a segment in the middle; what was in flight is unknown. */
  "segment.lost": { segment: number; cause: string };
  "model.answered": ModelChoice & {
    step: number;
    /** The context is made of the log up to this event... */
    contextTo: number;
    /** ...which has this hash. */
    contextDigest: string;
    requestDigest: string;
    manifest: string;
    /** What the output cap was multiplied by (F9). */
    room: 1 | 2;
    answer: ModelAnswer;
    usage: ModelUsage;
    response: StoredText;
    fallbacks: readonly ModelFallback[];
    unregistered: readonly string[];
    startedAt: number;
    durationMs: number;
  };
  "model.failed": ModelChoice & {
    step: number;
    kind: "wait" | "operator" | "terminal";
    code: ProviderCode;
    status?: number;
    retryAfterMs?: number;
    fallbacks: readonly ModelFallback[];
    durationMs: number;
  };
  "model.aborted": { step: number };
  /** The whole answer is of no use; `note` tells the model why (F3, F9). */
  "answer.rejected": {
    step: number;
    reason: AnswerProblem;
    note?: string;
    /** Whether the context keeps the answer itself. */
    keepAnswer: boolean;
    /** Unusable answers in a row, this one included. */
    inARow: number;
  };
  "call.refused": CallPosition & { code: string; message: string };
  /** The operation is tried again: the attempt before has no known outcome. */
  "call.repeated": CallPosition & {
    attempt: number;
    toolVersion: string;
    effect: EffectClass;
    argumentsDigest: string;
    answerSeq: number;
  };
  "tool.returned": CallPosition & {
    attempt: number;
    toolVersion: string;
    effect: EffectClass;
    argumentsDigest: string;
    startedAt: number;
    durationMs: number;
  } & (
      | {
          outcome: "ok";
          result: StoredText;
          mediaType: string;
          excerpt?: string;
          endsTask: boolean;
        }
      | { outcome: "error"; code: string; message: string }
      | { outcome: "unknown"; reason: string }
      | { outcome: "cancelled" }
    );
  "approval.requested": CallPosition & {
    toolVersion: string;
    effect: EffectClass;
    argumentsDigest: string;
    /** What a decision must name. */
    digest: string;
  };
  "approval.opened": { operationId: string; awakeableId: string };
  "approval.decided": {
    operationId: string;
    awakeableId: string;
    digest: string;
    decision: "approve" | "reject";
    by?: string;
    message?: string;
  };
  /** A decision that changed nothing: it did not parse or named another digest (F16). */
  "approval.mismatch": { operationId: string; awakeableId: string; reason: string };
  "task.parked": { status: TaskStatus; reason: string; wakeAt?: number };
  "task.woken": { from: TaskStatus; by: string };
  "turn.completed": { turn: number; step: number; answer?: StoredText };
  "turn.failed": { turn: number; step: number; code: string; message: string };
  "task.completed": { by: "ends-task" | "one-shot"; tool?: string };
  "cancel.requested": { from: TaskStatus };
  "task.cancelled": { unknown: readonly string[] };
}

export type AnswerProblem =
  | "empty"
  | "refusal"
  | "truncated"
  | "content_filter"
  | "unusable_calls"
  | "invalid_output";

export type EventType = keyof EventData;

/** What happened, before it has a place in the log. */
export type EventBody = {
  [T in EventType]: {
    readonly type: T;
    readonly data: EventData[T];
    readonly actor?: Actor;
    readonly reason?: string;
  };
}[EventType];

/** An entry of the task log. */
export type TaskEvent = EventBody & {
  readonly v: typeof EVENT_VERSION;
  /** Position in the log, from 0, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch, by a worker's clock; never decreases within a log. */
  readonly at: number;
  readonly actor: Actor;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256 of the canonical JSON (RFC 8785) of all the other fields. */
  readonly hash: string;
};

/** The stable id of an event (R1, R9). */
export function eventId(taskUid: string, seq: number): string {
  return `${taskUid}#${seq}`;
}
