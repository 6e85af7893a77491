// Owns the ports through which the agent object reaches the world from inside its actions.
// services/ implements them, services/server.ts wires them; objects/ sees only these.
import type { ApprovalTerms } from "./approval.ts";
import type { StoredText } from "./artifact.ts";
import type { Amounts } from "./budget.ts";
import type { EffectClass } from "./effect-class.ts";
import type { ENGINE_BUSY } from "./engine-busy.ts";
import type { TaskEvent } from "./event.ts";
import type { NamedGrant } from "./grant.ts";
import type { ModelChoice, ModelOutcome } from "./model.ts";
import type { PolicyTask } from "./policy.ts";
import type { AnswerCheck } from "./review.ts";
import type { Blocked } from "./tool.ts";

/** What the action `model-call` is given. Nothing of it is journaled (L6). */
export interface ModelCall {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly step: number;
  /** The context is made of the log from the start up to this event... */
  readonly contextTo: number;
  /** ...which has this hash; whoever loads the range checks it. */
  readonly contextDigest: string;
  /** The events that the calling segment has written itself, in order, ending at `contextTo`. */
  readonly recent: readonly TaskEvent[];
  /** 2 after a truncated answer: room for twice the output (F9). */
  readonly room: number;
  /** The output cap that was reserved for, `room` included; absent: the agent's own. */
  readonly maxOutputTokens?: number | undefined;
  readonly owner?: string | undefined;
  readonly tenant?: string | undefined;
  /** What the task may do; undefined: every tool that its agent declares. */
  readonly grants?: readonly NamedGrant[] | undefined;
  /** The policy set that judged the last answer; the same again is not said again. */
  readonly policyVersion?: string | undefined;
}

/** Calls an agent's model: loads and checks the context, tries the list, judges the answer. */
export type CallModel = (call: ModelCall, signal: AbortSignal) => Promise<ModelOutcome>;

/** Of work that takes longer than the engine is left without a word. */
export interface GoesOn {
  readonly goesOn: true;
}

/** What the work comes to, or that it goes on. Of work that rejects later nobody has to hear. */
export type WhilePatient = <T>(work: Promise<T>) => Promise<T | GoesOn>;

/** What a model costs, in millionths of the currency per million tokens. */
export interface TokenPrice {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Absent: as any other input. */
  readonly cachedInputPerMillion?: number;
}

/** What is to be reserved for a model call, and by which prices it is settled. */
export type CallEstimate =
  | {
      readonly ok: true;
      readonly amounts: Amounts;
      /** The output cap that the request has to carry. */
      readonly maxOutputTokens: number;
      /** Of the agent's models; one that is absent costs nothing. */
      readonly prices: readonly (ModelChoice & { readonly price: TokenPrice })[];
    }
  /** A price is missing; `message` names the model and the fix. */
  | { readonly ok: false; readonly code: "price_missing"; readonly message: string }
  /** The engine had no place for reading the task's log. */
  | { readonly ok: false; readonly code: typeof ENGINE_BUSY; readonly retryAt: number };

/** Bounds what a model call can use. Journaled, since a context and prices may be others later. */
export type EstimateCall = (call: ModelCall) => Promise<CallEstimate>;

/**
 * A page of a task's log, after a position and before another, to the end where that is left out;
 * from the ingress, outside of any journal.
 */
export type ReadLog = (
  task: { readonly agent: string; readonly taskId: string },
  after: number,
  before?: number,
) => Promise<{ readonly events: readonly TaskEvent[]; readonly more: boolean }>;

/** A call that is about to be put before a person, not as the model's answer was judged. */
export interface TermsQuestion {
  readonly tool: string;
  readonly effect: EffectClass;
  /** What grants and policy judge; absent where the tool has proposed nothing. */
  readonly judged?: {
    readonly task: PolicyTask;
    /** What the task may do; absent: every tool that its agent declares. */
    readonly grants?: readonly NamedGrant[];
    readonly call: {
      readonly toolVersion: string;
      readonly arguments: StoredText;
      readonly resource?: string;
    };
  };
}

/** Under which policy and rule a call is proposed now, or why the task may not make it. */
export type FindApprovalTerms = (question: TermsQuestion) => Promise<ApprovalTerms | Blocked>;

/** Whether what a person wrote can be the agent's answer. */
export type CheckAnswer = (given: unknown) => Promise<AnswerCheck>;

/** Which of these tools' services are not registered with Restate. */
export type FindUnregistered = (tools: readonly string[]) => Promise<readonly string[]>;

/** Which of these agents no worker serves. */
export type FindUnservedAgents = (agents: readonly string[]) => Promise<readonly string[]>;

/**
 * A hint to the worker's memory: these events were just written. Nothing may depend on it,
 * and whoever reads from it checks the hashes.
 */
export type RememberEvents = (taskUid: string, events: readonly TaskEvent[]) => void;
