// Owns what a tool is to its author, and the envelope between the agent object and the
// tool's service. Imports nothing of Restate (R21).
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { StoredText } from "./artifact.ts";
import type { EffectClass } from "./effect-class.ts";

/** Results above this many bytes reach the model as an excerpt with a reference (F6). */
export const RESULT_EXCERPT_BYTES = 16 * 1024;
/** Results above this many bytes are refused as `result_too_large` (F6). */
export const MAX_RESULT_BYTES = 8 * 1024 * 1024;
/**
 * How long Restate remembers the response to an operation, in milliseconds: issued again
 * within it, the operation attaches and never runs twice (L3).
 */
export const TOOL_RETENTION_MS = 7 * 24 * 60 * 60 * 1000;

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
   * operation. Give it to the other side of every effect.
   */
  readonly idempotencyKey: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly agent: string;
  readonly logger: ToolLogger;
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
  /** Returns the result or a promise of it. */
  execute(input: Input, context: ToolContext): unknown;
}

/** A tool of any types, as lists of them are kept. */
// Method bivariance lets every ToolDefinition<I, O> be one.
export type AnyTool = ToolDefinition;

/** Input of `tools.<name>/execute`. */
export interface ToolRequest {
  readonly v: 1;
  readonly operationId: string;
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly tool: string;
  readonly arguments: StoredText;
  /** SHA-256 of the canonical arguments; the tool's service refuses others. */
  readonly argumentsDigest: string;
  /** When the operation was first issued, milliseconds since the epoch. */
  readonly issuedAt: number;
  /** A result later than this after `issuedAt` is followed by a `wake` of the task. */
  readonly wakeAfterMs: number;
}

interface ResponseBase {
  readonly v: 1;
  readonly toolVersion: string;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** Output of `tools.<name>/execute`. */
export type ToolResponse = ResponseBase &
  (
    | {
        readonly outcome: "ok";
        readonly result: StoredText;
        readonly mediaType: "text/plain" | "application/json";
        /** What the model reads instead when the result is above RESULT_EXCERPT_BYTES. */
        readonly excerpt?: string;
      }
    | { readonly outcome: "error"; readonly code: string; readonly message: string }
    /** It is not known whether the effect happened. */
    | { readonly outcome: "unknown"; readonly reason: string }
  );
