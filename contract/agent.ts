// Owns what an agent is to its author. Imports nothing of Restate (R21).
import type { NamedGrant } from "./grant.ts";
import type { ModelChoice } from "./model.ts";
import type { ReviewWhen } from "./review.ts";
import type { AnySchema, AnyTool } from "./tool.ts";

/** Bounds of an agent's work. Every one is enforced by core/. */
export interface AgentLimits {
  /** Model calls in one turn; at the limit the turn fails with `step_limit`. */
  readonly maxSteps: number;
  /** Milliseconds that model and tool calls of one turn may take in all; then `time_limit`. */
  readonly maxTurnMs: number;
  /** Unusable answers in a row before the turn fails (F3). */
  readonly maxUnusableAnswers: number;
  /** The same call with the same arguments and no change in between, at which the turn stops (F7). */
  readonly maxRepeatedCalls: number;
  /** Tool calls in one answer; the ones beyond are refused. */
  readonly maxCallsPerAnswer: number;
  /** Output tokens of one model call; undefined leaves it to the provider. */
  readonly maxOutputTokens: number | undefined;
  /** Bound of one model call, in milliseconds. */
  readonly modelTimeoutMs: number;
  /** A tool that takes longer than about this, in milliseconds, parks the task (L4). */
  readonly toolWaitMs: number;
  /** Steps that one segment executes at most (L4). */
  readonly maxSegmentSteps: number;
  /** Bytes of task log that one segment writes at most (L4). */
  readonly maxSegmentBytes: number;
  /** How long, in milliseconds, a segment waits for a provider before the task parks (L12). */
  readonly maxProviderWaitMs: number;
  /** How long, in milliseconds, a call that the model makes may wait for a time, an event or a person. */
  readonly maxWaitMs: number;
  /** A wait's end that is taken in later than this, in milliseconds, is too late (R40). */
  readonly lateAfterMs: number;
  /** Child tasks of one task that are at work at once; further calls wait for their turn. */
  readonly maxOpenChildren: number;
  /** Generations of child tasks below a task that has no parent. */
  readonly maxChildDepth: number;
  /** Messages that no model call has taken in yet, kept ones included; beyond, they are refused. */
  readonly maxWaitingMessages: number;
  /** Segments lost in a row right after a message was taken in, at which it is quarantined (F23). */
  readonly maxMessageAttempts: number;
}

export const DEFAULT_LIMITS: AgentLimits = {
  maxSteps: 100,
  maxTurnMs: 60 * 60 * 1000,
  maxUnusableAnswers: 3,
  maxRepeatedCalls: 5,
  maxCallsPerAnswer: 64,
  maxOutputTokens: undefined,
  modelTimeoutMs: 10 * 60 * 1000,
  toolWaitMs: 30 * 1000,
  maxSegmentSteps: 32,
  maxSegmentBytes: 1024 * 1024,
  maxProviderWaitMs: 30 * 1000,
  maxWaitMs: 30 * 24 * 60 * 60 * 1000,
  lateAfterMs: 60 * 60 * 1000,
  maxOpenChildren: 16,
  maxChildDepth: 5,
  maxWaitingMessages: 1_000,
  maxMessageAttempts: 5,
};

/** An agent, complete. Made by `defineAgent`. */
export interface AgentDefinition<Output = unknown> {
  readonly kind: "agent";
  readonly name: string;
  readonly version: string;
  readonly instructions: string;
  /** Tried in order when a provider stays down. */
  readonly models: readonly [ModelChoice, ...ModelChoice[]];
  readonly tools: readonly AnyTool[];
  /** What its tasks may do at most; undefined: every tool, without limits. */
  readonly grants: readonly NamedGrant[] | undefined;
  readonly limits: AgentLimits;
  /** The final answer is JSON of this schema. */
  readonly output:
    | { readonly schema: AnySchema<unknown, Output>; readonly jsonSchema: Record<string, unknown> }
    | undefined;
  /** The first turn's answer completes the task. */
  readonly oneShot: boolean;
  /** What a wait's end that comes too late does: the model is told, or the turn fails. */
  readonly whenLate: "tell" | "stop";
  /** When a person releases the answer of a turn; undefined is never. */
  readonly review: ReviewWhen | undefined;
}
