// Owns what a tool is to its author, and the envelope between the agent object and the
// tool's service. Imports nothing of Restate (R21).
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { CapturedChange } from "./approval.ts";
import type { StoredText, TenantArtifacts } from "./artifact.ts";
import type { CompensateAnswer, ReconcileAnswer } from "./effect-answer.ts";
import type { EffectClass } from "./effect-class.ts";
import type { AuthorityEvidence, CallEvidence } from "./evidence.ts";
import type { NamedGrant } from "./grant.ts";
import type { WaitFn, Waiting } from "./wait.ts";

/** Results above this many bytes reach the model as an excerpt with a reference (F6). */
export const RESULT_EXCERPT_BYTES = 16 * 1024;
/** Results above this many bytes are refused as `result_too_large` (F6). */
export const MAX_RESULT_BYTES = 8 * 1024 * 1024;
/**
 * How long Restate remembers the response to an operation, in milliseconds: issued again
 * within it, the operation attaches and never runs twice (L3).
 */
export const TOOL_RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
/**
 * What is added to every bound on an attempt that may still be under way, in milliseconds: for
 * workers' clocks that differ and for a request that the network is slow to deliver.
 */
export const FENCE_MARGIN_MS = 10_000;

/** A schema that validates and, for a tool's input, can describe itself as JSON Schema. */
export type AnySchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;
export type JsonSchemaSource = StandardJSONSchemaV1;

export interface ToolLogger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** What `execute` is given besides its input. */
export interface ToolContext {
  /** Aborted when the tool's timeout passes, the operation is cancelled, or the attempt ends. */
  readonly signal: AbortSignal;
  /**
   * SHA-256 of the operation id: the same for every attempt that the engine makes of this
   * operation. Give it to the other side of every effect. `reconcile` is given the one that
   * `execute` had, `compensate` one of its own.
   */
  readonly idempotencyKey: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly agent: string;
  readonly logger: ToolLogger;
  /**
   * To be called as the last thing before the request that makes the effect. Rejects when the
   * effect may not begin any more: too late, cancelled, stopped, not allowed. The tool lets
   * that error through.
   */
  beginEffect(): Promise<void>;
  /** `fetch` that calls `beginEffect` first and is aborted by `signal`. */
  readonly fetch: typeof globalThis.fetch;
  /** The credential of this name, fresh, for the tenant of the task. The tool declares it. */
  credential(name: string): Promise<string>;
  /**
   * The artifacts of the task's tenant: what is large goes there, and its reference into the
   * result (docs/artifacts.md). `put` rejects bytes that hold a credential of this attempt.
   */
  readonly artifacts: Omit<TenantArtifacts, "remove">;
}

/** How the engine retries a failure that is neither a result nor a `toolFailure`. */
export interface ToolRetry {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds before the second attempt; doubles after each. */
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
}

/** A tool, complete. Made by `defineTool`. */
export interface ToolDefinition<Input = unknown, Output = unknown> {
  readonly kind: "tool";
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly input: AnySchema<unknown, Input>;
  /** JSON Schema (draft 2020-12) of the input, as the model sees it. */
  readonly inputJsonSchema: Record<string, unknown>;
  readonly output: AnySchema<unknown, Output>;
  readonly effect: EffectClass;
  /** A successful call completes the task; no model call follows. */
  readonly endsTask: boolean;
  /** Whether a person must approve each call. `default` follows the effect class. */
  readonly approval: "default" | "required" | "never";
  /** Bound of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  readonly retry: ToolRetry;
  /**
   * Whether the other side makes an effect once per idempotency key. `none` in a class that
   * may not run twice means at most once: the call is fenced (docs/effects.md).
   */
  readonly idempotency: "honoured" | "none";
  /** How long after its intent a fenced attempt may still begin its effect, in milliseconds. */
  readonly startDeadlineMs: number;
  /** Names of the credentials that the tool uses. */
  readonly credentials: readonly string[];
  /** What a call waits for; such a tool is never executed. By `defineWait`. */
  readonly wait: WaitFn<Input> | undefined;
  /** Agents that its calls may make child tasks of. By `delegate`. */
  readonly delegatesTo?: readonly string[];
  execute(input: Input, context: ToolContext): unknown;
  /** Looks the effect up on the other side by `context.idempotencyKey`. */
  readonly reconcile: ReconcileFn<Input> | undefined;
  /** Undoes an effect that was applied with this result. */
  readonly compensate: CompensateFn<Input, Output> | undefined;
  /** A fingerprint of the outside state on which a proposed call rests (R38); JSON. */
  readonly precondition: ToolReader<Input> | undefined;
  /** What the call touches, such as `order/1017`; grants and approvals name it. */
  readonly resource: InputFn<Input, string> | undefined;
  /** What one call costs, in micro-units of the budgets' currency (1 = 0.000001). */
  readonly price: InputFn<Input, number> | undefined;
}

type MaybePromise<T> = T | Promise<T>;
// Bivariant as methods are, so that every ToolDefinition<I, O> is an AnyTool.
export type ReconcileFn<Input> = {
  // What the output schema takes, which it has not seen yet.
  bivarianceHack(input: Input, context: ToolContext): MaybePromise<ReconcileAnswer>;
}["bivarianceHack"];
export type CompensateFn<Input, Output> = {
  bivarianceHack(
    input: Input,
    result: Output,
    context: ToolContext,
  ): MaybePromise<CompensateAnswer>;
}["bivarianceHack"];
export type InputFn<Input, Value> = { bivarianceHack(input: Input): Value }["bivarianceHack"];
export type ToolReader<Input> = {
  bivarianceHack(input: Input, context: ToolContext): unknown;
}["bivarianceHack"];

/** A tool of any types, as lists of them are kept; method bivariance lets every tool be one. */
export type AnyTool = ToolDefinition;

/** What every verb of a tool's service is given. */
export interface ToolRequest {
  readonly v: 1;
  readonly operationId: string;
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly tool: string;
  /** Whose credentials the tool is given; absent for a task of no tenant. */
  readonly tenant?: string;
  /** Who answers for the task. */
  readonly owner?: string;
  /**
   * What the task may do with this tool, for a class that is not asked for a fresh view; absent
   * where the task was given no grants and may use what its agent declares.
   */
  readonly grants?: readonly NamedGrant[];
  /** The model that asked for the call; only of a class with a fresh view. */
  readonly model?: string;
  readonly arguments: StoredText;
  /** SHA-256 of the canonical arguments; the tool's service refuses others. */
  readonly argumentsDigest: string;
  /** When the operation was first issued, milliseconds since the epoch. */
  readonly issuedAt: number;
  /** A result later than this after `issuedAt` is followed by a `wake` of the task. */
  readonly wakeAfterMs: number;
  /** The version that was approved; another one makes the call `stale`. */
  readonly toolVersion?: string;
  /** The fingerprint's digest when the call was proposed; another one makes it `stale` (R38). */
  readonly precondition?: string;
  /** As in ProposedCall: for whoever is told what has changed. */
  readonly preconditionValue?: string;
}

/** Input of `tools.<name>/propose`. */
export type ProposeRequest = Pick<
  ToolRequest,
  "v" | "agent" | "taskId" | "taskUid" | "tool" | "tenant" | "arguments"
> &
  /** Of a task that waits for the answer, and is woken when it is late. */
  Partial<Pick<ToolRequest, "operationId" | "issuedAt" | "wakeAfterMs">>;

/** Input of `tools.<name>/reconcile`. */
export interface ReconcileRequest extends ToolRequest {
  /**
   * Until then, in milliseconds since the epoch, a first attempt may still begin or be under
   * way: "not applied" counts only when it is said after it.
   */
  readonly notBefore?: number;
}

/** Input of `tools.<name>/compensate`: the arguments and the result of the applied effect. */
export interface CompensateRequest extends ToolRequest {
  readonly result: StoredText;
  readonly mediaType: string;
}

interface ResponseBase extends CallEvidence {
  readonly v: 1;
  readonly toolVersion: string;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** Why a tool's service did nothing. */
export const BLOCK_CODES = [
  "stale",
  "credential",
  "stopped",
  "denied",
  "cancelled",
  "audit",
  "busy",
] as const;
export type BlockCode = (typeof BLOCK_CODES)[number];

/** Nothing was done, and the model cannot help it. */
export interface Blocked {
  readonly outcome: "blocked";
  readonly code: BlockCode;
  /** Names what is missing or has changed, never a value. */
  readonly reason: string;
  /** Of `stale`: what has changed since it was proposed, where that can be said. */
  readonly changes?: readonly CapturedChange[];
  /** Where authority said so. */
  readonly authority?: AuthorityEvidence;
}

/** A failure that the model can act on. */
export interface ToolError {
  readonly outcome: "error";
  /** The tool's own, or one of the host's (docs/effects.md). */
  readonly code: string;
  readonly message: string;
}

/** Output of `tools.<name>/execute`. */
export type ToolResponse = ResponseBase &
  (
    | ToolResult
    | ToolError
    | Waiting
    /** It is not known whether the effect happened. */
    | {
        readonly outcome: "unknown";
        readonly reason: string;
        /** As in ReconcileRequest; absent where nothing can be under way. */
        readonly notBefore?: number;
      }
    | Blocked
  );

export interface ToolResult {
  readonly outcome: "ok";
  readonly result: StoredText;
  readonly mediaType: "text/plain" | "application/json";
  /** What the model reads instead when the result is above RESULT_EXCERPT_BYTES. */
  readonly excerpt?: string;
}

/** Output of `tools.<name>/reconcile`. */
export type ReconcileResponse = ResponseBase &
  (
    | ToolResult
    | { readonly outcome: "not-applied" }
    /** It cannot tell, or the tool has no `reconcile`. */
    | { readonly outcome: "unknown"; readonly reason: string }
    /** It could not be asked, for want of a credential: ask again. */
    | Blocked
  );

/** Output of `tools.<name>/compensate`. Blocked is not undone yet: ask again. */
export type CompensateResponse = ResponseBase & (CompensateAnswer | Blocked);

/** Output of `tools.<name>/propose`: what a call would touch. */
export type ProposeResponse = ResponseBase &
  (
    | {
        readonly outcome: "proposed";
        /** SHA-256 of the canonical arguments, as the caller wrote them. */
        readonly argumentsDigest: string;
        readonly resource?: string;
        /** SHA-256 of the fingerprint's canonical JSON. */
        readonly precondition?: string;
        /** That JSON, where it is short (MAX_PRECONDITION_BYTES). */
        readonly preconditionValue?: string;
        /** In micro-units of the budgets' currency. */
        readonly price?: number;
      }
    /** Such as `invalid_arguments`. */
    | ToolError
    | Blocked
  );
