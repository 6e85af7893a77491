// Owns the language in which a test writes down what a model answers, and its form as a
// provider's reply. When which answer is given is the business of the models.
import type { ProviderCode, ProviderReply, RawCall } from "../../contract/model.ts";
import { digestOf } from "../../core/digest.ts";
import type { SeenRequest } from "./seen-request.ts";

/** A call of a tool that the model asks for. */
export interface ScriptedCall {
  readonly tool: string;
  /** A value, or the text that the model writes, byte for byte, e.g. to write bad JSON. */
  readonly arguments: unknown;
  /** Default: made of the answer's place in the script, the same for every repeat. */
  readonly id?: string;
}

/** Failures that a provider can tell over the wire. */
export type WireFailure = Exclude<
  ProviderCode,
  "connection" | "malformed_response" | "provider_not_configured" | "engine_busy" | "stopped"
>;

/** What a model answers. A bare text is the words that end the turn. */
export type ScriptedAnswer =
  | string
  | { readonly calls: readonly ScriptedCall[]; readonly text?: string }
  | { readonly refusal: string }
  /** Words that were cut at the output limit. */
  | { readonly truncated: string }
  /** The provider says "later". Over HTTP without a pause it is aimock's own, one second. */
  | { readonly failure: "rate_limited"; readonly retryAfterMs?: number }
  | { readonly failure: Exclude<WireFailure, "rate_limited"> }
  /** No answer until the caller gives up. */
  | { readonly hangs: true };

/** Whether the conversation goes on as if the answer had never been given. */
export function leavesNoTrace(answer: ScriptedAnswer): boolean {
  return (
    typeof answer !== "string" &&
    ("failure" in answer || "truncated" in answer || "hangs" in answer)
  );
}

/** A failure as HTTP says it. */
export const FAILURES: Readonly<
  Record<WireFailure, { readonly kind: "wait" | "operator" | "terminal"; readonly status: number }>
> = {
  rate_limited: { kind: "wait", status: 429 },
  overloaded: { kind: "wait", status: 503 },
  server_error: { kind: "wait", status: 500 },
  timeout: { kind: "wait", status: 504 },
  authentication: { kind: "operator", status: 401 },
  permission: { kind: "operator", status: 403 },
  quota_exhausted: { kind: "operator", status: 402 },
  model_not_found: { kind: "operator", status: 404 },
  context_overflow: { kind: "terminal", status: 413 },
  content_filter: { kind: "terminal", status: 400 },
  invalid_request: { kind: "terminal", status: 400 },
};

/** Made up, and the same for every answer. */
export const USAGE = { inputTokens: 100, outputTokens: 10 } as const;

/** The calls as they go over the wire. `place` tells this answer from the model's others. */
export function rawCalls(calls: readonly ScriptedCall[], place: number): readonly RawCall[] {
  return calls.map((call, ordinal) => ({
    callId: call.id ?? `call_${place}_${ordinal}`,
    name: call.tool,
    arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments),
  }));
}

/** The answer as a provider in this process gives it. Rejects when a call that hangs is aborted. */
export async function providerReply(
  answer: ScriptedAnswer,
  place: number,
  request: SeenRequest,
  signal: AbortSignal,
): Promise<ProviderReply> {
  if (typeof answer !== "string" && "hangs" in answer) return hang(signal);
  if (typeof answer !== "string" && "failure" in answer) return failureReply(answer);
  return {
    kind: "answered",
    calls: [],
    finish: "stop",
    usage: USAGE,
    model: request.model,
    response: JSON.stringify({ scripted: answer }),
    requestDigest: digestOf(request),
    ...spoken(answer, place),
  };
}

type Spoken = Exclude<ScriptedAnswer, { readonly failure: string } | { readonly hangs: true }>;
type Answered = Extract<ProviderReply, { kind: "answered" }>;

function spoken(answer: Spoken, place: number): Partial<Answered> {
  // Adapters leave empty words out.
  if (typeof answer === "string") return answer === "" ? {} : { text: answer };
  if ("refusal" in answer) return { refusal: answer.refusal };
  if ("truncated" in answer) return { text: answer.truncated, finish: "length" };
  const { text, calls } = answer;
  const said = text === undefined ? {} : { text };
  return { ...said, calls: rawCalls(calls, place), finish: "tool-calls" };
}

function failureReply(
  answer: Extract<ScriptedAnswer, { readonly failure: string }>,
): ProviderReply {
  const { kind, status } = FAILURES[answer.failure];
  const pause = "retryAfterMs" in answer ? { retryAfterMs: answer.retryAfterMs } : {};
  return { kind, code: answer.failure, status, ...pause };
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(new DOMException("the model call was aborted", "AbortError"));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
