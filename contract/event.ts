// Owns the task log: an append-only, hash-chained record of everything that happened (L10).
// Adding an event type or an optional field is compatible; changing one is a new EVENT_VERSION.
import type { ApprovalEventData } from "./approval-event.ts";
import type { StoredText } from "./artifact.ts";
import type { Amounts, BudgetDenial, BudgetDimension } from "./budget.ts";
import type { BudgetParent } from "./budget-parent.ts";
import type { CallPosition } from "./call-position.ts";
import type { AskedByParent, ParentTask } from "./child.ts";
import type { ChildEventData } from "./child-event.ts";
import type { CompensationReport } from "./compensation-report.ts";
import type { ExtensionEventData } from "./extension-event.ts";
import type { ControlEventData } from "./control-event.ts";
import type { SettlementReport } from "./control-view.ts";
import type { EffectClass } from "./effect-class.ts";
import type { CallEvidence } from "./evidence.ts";
import type { GrantBounds, NamedGrant } from "./grant.ts";
import type { GrantEventData } from "./grant-event.ts";
import type { StoredPart } from "./message.ts";
import type { ModelAnswer, ModelChoice, ModelFallback, ModelUsage, ProviderCode } from "./model.ts";
import type { TaskStatus } from "./status.ts";
import type { Released, ReviewEventData } from "./review-event.ts";
import type { Actor, SealedEvent } from "./sealed-event.ts";
import type { StopScope } from "./stop.ts";
import type { BlockCode } from "./tool.ts";
import type { WaitEnd, WaitEventData } from "./wait-event.ts";
import type { WatchEventData } from "./watch.ts";
import type { ErasureEventData } from "./erasure-event.ts";

export type { CallPosition } from "./call-position.ts";
export type { CompensationReport } from "./compensation-report.ts";
export { type Actor, EVENT_VERSION, type SealedEvent } from "./sealed-event.ts";

/** When a tool's service answered, and as which version. */
export interface Answered extends CallEvidence {
  readonly toolVersion: string;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** What executes a segment besides the agent's own definition (R94). */
export interface Release {
  /** SHA-256 of the policy set. */
  readonly policyVersion: string;
  /** What the app calls its code, such as the digest of a commit or of an image. */
  readonly release?: string;
}

/** Type to data. L+T+D of R1: `model.answered`, `tool.returned`, and the rest are decisions. */
export interface EventData
  extends
    ApprovalEventData,
    ControlEventData,
    ReviewEventData,
    WaitEventData,
    ExtensionEventData,
    GrantEventData,
    ChildEventData,
    ErasureEventData,
    WatchEventData {
  "task.started": {
    agent: string;
    agentVersion: string;
    inputDigest: string;
    owner?: string;
    escalation?: string;
    tenant?: string;
    /** The task whose budget it draws on. */
    budgetParent?: BudgetParent;
    parent?: ParentTask;
    /** What the task may do; `declared`: every tool that its agent declares, without limits. */
    grants?: readonly NamedGrant[] | "declared";
    /** Of a child whose parent has bounds. */
    bounds?: GrantBounds;
  };
  "message.received": {
    messageId: string;
    turn: number;
    parts: readonly StoredPart[];
    digest: string;
    /** `queue`: it was kept until now. Absent is `steer`. */
    mode?: "interrupt" | "queue";
    asked?: AskedByParent;
  };
  /** An accepted message that found the task ended. */
  "message.refused": { messageId: string; status: TaskStatus };
  "segment.started": {
    segment: number;
    invocationId: string;
    agentVersion: string;
    /** SHA-256 of the manifest artifact. */
    manifest: string;
  } & Partial<Release>;
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
    /** SHA-256 of the policy set that judged the calls, where it is another than before. */
    policyVersion?: string;
    startedAt: number;
    durationMs: number;
  };
  "model.failed": ModelChoice & {
    step: number;
    kind: "wait" | "operator" | "terminal" | "stopped";
    code: ProviderCode;
    status?: number;
    retryAfterMs?: number;
    /** Of `stopped`: what an operator has stopped. */
    stop?: StopScope;
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
  /** The operation is tried again, for the reason given: a recorded decision (L3). */
  "call.repeated": CallPosition & {
    attempt: number;
    toolVersion: string;
    effect: EffectClass;
    argumentsDigest: string;
    answerSeq: number;
    /** The attempt whose approval allows this one too: nothing was executed under it (R96). */
    approvedAs?: string;
  };
  /** The tool's service did nothing. */
  "call.blocked": CallPosition &
    Answered & {
      attempt: number;
      code: BlockCode;
      reason: string;
      /** When it is issued again by itself, milliseconds since the epoch. */
      retryAt?: number;
    };
  "tool.returned": CallPosition & {
    attempt: number;
    toolVersion: string;
    effect: EffectClass;
    argumentsDigest: string;
    startedAt: number;
    durationMs: number;
  } & CallEvidence &
    // Of a call that waited `via` is there whatever its outcome.
    Partial<Omit<WaitEnd, "via">> &
    (
      | {
          outcome: "ok";
          result: StoredText;
          mediaType: string;
          excerpt?: string;
          endsTask: boolean;
          /** Found or stated later, or a wait; absent where `execute` itself answered. */
          via?: "reconcile" | "statement" | "override" | WaitEnd["via"];
          /** Set where the tool can undo it. */
          compensable?: {
            /** Number among the effects that can be undone, from 1. */
            readonly n: number;
            readonly answerSeq: number;
          };
        }
      | { outcome: "error"; code: string; message: string; via?: "override" | WaitEnd["via"] }
      | {
          outcome: "unknown";
          reason: string;
          /** As in ReconcileRequest. */
          notBefore?: number;
          via?: never;
        }
      /** `interrupted`: by a message, and not with its task. */
      | { outcome: "cancelled"; interrupted?: true; via?: WaitEnd["via"] }
    );
  /** What the tool's `reconcile` answered to the n-th question about an operation (R13). */
  "effect.reconciled": CallPosition &
    Answered & {
      n: number;
      outcome: "applied" | "not-applied" | "unknown";
      reason?: string;
      /** When it is asked again by itself, milliseconds since the epoch. */
      askAt?: number;
    };
  /** A person says what became of an unknown effect, for the reason given (R95). */
  "effect.stated": CallPosition & { outcome: "applied" | "not-applied" };
  /** `reconcile` is asked once more. */
  "reconcile.requested": CallPosition;
  "effect.compensated": CallPosition &
    Answered & {
      /** Number of the effect; see `tool.returned`. */
      n: number;
      outcome: "undone" | "committed" | "unknown";
      reason?: string;
    };
  /** Nothing was done yet to undo an effect: it is asked for again. */
  "compensation.blocked": CallPosition &
    Answered & { n: number; code: BlockCode; reason: string; retryAt: number };
  "rollback.requested": { from: TaskStatus; effects: number };
  "task.rolled-back": CompensationReport;
  /** The budget is asked for reservation `n` of the task, for its next call. */
  "budget.requested": {
    n: number;
    amounts: Amounts;
    /** Of tool calls, which share it: what each is reserved at. */
    calls?: readonly { readonly operationId: string; readonly amounts: Amounts }[];
  };
  /** Tool calls may be issued; of a model call this is not said. */
  "budget.granted": { n: number };
  /** There is no room for it; the same number is asked for again. */
  "budget.denied": BudgetDenial & { n: number };
  /** Reservation `n` is over. `overrun`: used beyond it, by a provider that ignored its cap. */
  "budget.settled": {
    n: number;
    used: Amounts;
    overrun?: Amounts;
    /** Of a model call: what of tool calls is limited somewhere, where it is not as before. */
    limited?: readonly BudgetDimension[];
  };
  "task.parked": { status: TaskStatus; reason: string; wakeAt?: number };
  "task.woken": { from: TaskStatus; by: string };
  /** The model has answered while operations are open in the background: what they bring is awaited. */
  "turn.waiting": { turn: number; step: number };
  "turn.completed": { turn: number; step: number; answer?: StoredText } & Released;
  "turn.failed": { turn: number; step: number; code: string; message: string };
  "task.completed": { by: "ends-task" | "one-shot" | "operator"; tool?: string };
  "cancel.requested": {
    from: TaskStatus;
    /** Whether applied effects are undone before the end. */
    compensate?: boolean;
  };
  "task.cancelled": {
    /** Operations of which nobody knows whether they took effect. */
    unknown: readonly string[];
    compensation?: CompensationReport;
    /** Absent in old logs. */
    report?: SettlementReport;
  };
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
export type TaskEvent = EventBody & SealedEvent;

/** The stable id of an event (R1, R9). */
export function eventId(taskUid: string, seq: number): string {
  return `${taskUid}#${seq}`;
}
