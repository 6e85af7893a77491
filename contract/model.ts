// Owns the neutral language between the agent object and model providers: what is asked,
// what is answered, and how a failure is sorted. A provider's wire format stays in its
// adapter (services/model).
import type { ApprovalRule } from "./approval.ts";
import type { StoredText } from "./artifact.ts";
import type { EffectClass } from "./effect-class.ts";
import type { ENGINE_BUSY } from "./engine-busy.ts";
import type { StoredPart } from "./message.ts";
import type { StopScope } from "./stop.ts";
import type { WaitRequest } from "./wait.ts";

/** Names one model of one configured provider. */
export interface ModelChoice {
  /** Key of the provider in the app's `providers`. */
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
}

/** A tool as the model sees it. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema (draft 2020-12) of the arguments. */
  readonly inputSchema: Record<string, unknown>;
}

/** One message of the context, in order. Text that was kept by reference is still one. */
export type ContextMessage =
  | { readonly role: "user"; readonly parts: readonly StoredPart[] }
  | { readonly role: "assistant"; readonly answer: ModelAnswer }
  | { readonly role: "tool"; readonly callId: string; readonly result: StoredText }
  /** What an operation in the background has brought: data from outside, behind the runtime's words. */
  | { readonly role: "result"; readonly text: string; readonly result: StoredText }
  /** What the runtime tells the model, e.g. that its last answer was unusable. */
  | { readonly role: "developer"; readonly text: string };

/** What an adapter is asked: everything is resolved, nothing is by reference but images and files. */
export interface ModelRequest {
  readonly model: string;
  readonly instructions: string;
  readonly messages: readonly ResolvedMessage[];
  readonly tools: readonly ModelTool[];
  /** Undefined leaves the cap to the provider. */
  readonly maxOutputTokens?: number;
  /** JSON Schema that the final answer must have. */
  readonly outputSchema?: { readonly name: string; readonly schema: Record<string, unknown> };
}

export type ResolvedPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly mediaType: string; readonly bytes: Uint8Array }
  | {
      readonly type: "file";
      readonly mediaType: string;
      readonly bytes: Uint8Array;
      readonly name?: string;
    };

export type ResolvedMessage =
  | { readonly role: "user"; readonly parts: readonly ResolvedPart[] }
  | {
      readonly role: "assistant";
      readonly text?: string;
      readonly calls: readonly RawCall[];
      /** The provider's own output items (JSON), to be sent back as they came, where the dialect has such. */
      readonly items?: string;
    }
  | { readonly role: "tool"; readonly callId: string; readonly text: string }
  | { readonly role: "developer"; readonly text: string };

/** A call as the model wrote it; `arguments` is its text, byte for byte. */
export interface RawCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** Tokens, as the provider counted them; absent fields were not reported. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}

/** Why the model stopped. */
export type FinishReason = "stop" | "tool-calls" | "length" | "content-filter" | "other";

/** What an adapter returns. Provider trouble is a value (L12); only a bug throws. */
export type ProviderReply =
  | {
      readonly kind: "answered";
      readonly text?: string;
      readonly refusal?: string;
      readonly calls: readonly RawCall[];
      readonly items?: string;
      readonly finish: FinishReason;
      readonly usage: ModelUsage;
      /** The model that answered, as the provider names it. */
      readonly model: string;
      /** The whole response body as JSON text (R2). */
      readonly response: string;
      /** SHA-256 of the canonical request body (R2). */
      readonly requestDigest: string;
    }
  | ProviderTrouble;

/** A provider failure, sorted by who has to do something about it. */
export type ProviderTrouble =
  /** The provider says "later", or could not be reached. */
  | {
      readonly kind: "wait";
      readonly code: ProviderCode;
      readonly status?: number;
      readonly retryAfterMs?: number;
    }
  /** Only an operator can mend it: key, permission, quota, unknown model. */
  | { readonly kind: "operator"; readonly code: ProviderCode; readonly status?: number }
  /** This request will never succeed. */
  | { readonly kind: "terminal"; readonly code: ProviderCode; readonly status?: number }
  /** An operator has stopped the model, the agent or the tenant: nobody was asked (R99). */
  | { readonly kind: "stopped"; readonly code: ProviderCode; readonly stop: StopScope };

/** Codes only: a provider's message may quote the prompt, so it goes nowhere. */
export type ProviderCode =
  | "rate_limited"
  | "overloaded"
  | "server_error"
  | "timeout"
  | "connection"
  | "malformed_response"
  | "authentication"
  | "permission"
  | "quota_exhausted"
  | "model_not_found"
  | "provider_not_configured"
  /** The engine had no place for reading the task's log: the provider was not asked. */
  | typeof ENGINE_BUSY
  | "stopped"
  | "context_overflow"
  | "content_filter"
  | "invalid_request";

/** Is given the answer's text piece by piece while it is written. Never throws. */
export type HearText = (piece: string) => void;

/** A model provider. `call` never retries by itself and honours the signal (L12). */
export interface ModelProvider {
  /** With `hear`, one that can streams the answer; what it resolves to is the same. */
  call(request: ModelRequest, signal: AbortSignal, hear?: HearText): Promise<ProviderReply>;
}

/** How a call that the model asked for was judged before anything was done (F3, F4, F5). */
export type CallCheck =
  | {
      readonly ok: true;
      /** SHA-256 of the canonical arguments (RFC 8785). */
      readonly digest: string;
      /** What the tool was declared as when the model asked for it. */
      readonly toolVersion: string;
      readonly effect: EffectClass;
      /** Whether a person must approve it. Absent: as the class and the tool's author say. */
      readonly approval?: boolean;
      /** Policy set that judged it. Absent, as the rest, of a `read` call that simply runs. */
      readonly policyVersion?: string;
      /** Ids of the policies that decided. */
      readonly policies?: readonly string[];
      /** The task's grant that covers it. */
      readonly grantId?: string;
      /** What it touches, such as `order/1017`. */
      readonly resource?: string;
      /** What it costs, in micro-units; absent is nothing. */
      readonly price?: number;
      /** Who decides its approval, how many, and until when. */
      readonly rule?: ApprovalRule;
      /** It waits for this, and no tool is called. */
      readonly wait?: WaitRequest;
    }
  | {
      readonly ok: false;
      readonly code:
        | "unknown_tool"
        | "invalid_json"
        | "invalid_arguments"
        | "duplicate_call_id"
        | "too_many_calls"
        /** Grants or policy forbid it (R42, R48). */
        | "denied";
      /** For the model. */
      readonly message: string;
    };

export interface AnswerCall {
  /** Unique within the answer; a model's repeat is renamed `<id>~2`. */
  readonly callId: string;
  readonly name: string;
  readonly arguments: StoredText;
  readonly check: CallCheck;
}

/** An answer as the task log keeps it. */
export interface ModelAnswer {
  readonly text?: StoredText;
  readonly refusal?: string;
  readonly calls: readonly AnswerCall[];
  readonly items?: StoredText;
  /** Whose items they are: another model is sent text and calls instead (R11). */
  readonly itemsFrom?: ModelChoice;
  readonly finish: FinishReason;
  /** Present when the agent has an output schema and the answer asks for no tool. */
  readonly output?: { readonly ok: true } | { readonly ok: false; readonly message: string };
}

/** Another choice of the agent's list that was tried first and did not answer. */
export interface ModelFallback extends ModelChoice {
  readonly code: ProviderCode;
}

interface OutcomeBase {
  /** Milliseconds since the epoch, by the worker's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly fallbacks: readonly ModelFallback[];
  /** SHA-256 of the policy set that judged the calls, unless it is the one that the caller knew. */
  readonly policyVersion?: string;
}

/** The journaled result of the action `model-call`. */
export type ModelOutcome = OutcomeBase &
  ModelChoice &
  (
    | {
        readonly kind: "answered";
        readonly answer: ModelAnswer;
        readonly usage: ModelUsage;
        readonly requestDigest: string;
        readonly response: StoredText;
        /** Tools among the calls whose service is not registered with Restate (L5). */
        readonly unregistered: readonly string[];
      }
    | ProviderTrouble
  );

/** An agent's definition as it was used, kept as an artifact so that a prompt can be rebuilt (R2). */
export interface AgentManifest {
  readonly v: 1;
  readonly agent: string;
  readonly version: string;
  readonly instructions: string;
  readonly tools: readonly (ModelTool & { readonly version: string })[];
  readonly models: readonly ModelChoice[];
  readonly outputSchema?: Record<string, unknown>;
  readonly maxOutputTokens?: number;
}
