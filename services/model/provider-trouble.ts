// Owns the sorting of provider failures by who has to do something about them (L12, F10).
// Only codes and statuses leave this file: a provider's words may quote the prompt.
import { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import type { ProviderTrouble } from "../../contract/model.ts";
import { isBodyTooLarge } from "./bounded-fetch.ts";
import { retryAfterMs } from "./retry-after.ts";

export const MALFORMED: ProviderTrouble = { kind: "wait", code: "malformed_response" };

// How servers that speak OpenAI's protocol word the cases that a status alone does not tell.
const SAYS = {
  contextOverflow:
    /context[ _]?(length|window|size|limit)|maximum (context|prompt|input)|(prompt|input|request) is too (long|large)|request_too_large|max_new_tokens|token count .{0,80}exceeds|too many (input |prompt )?tokens|reduce the length/i,
  tooLargeForRate: /request too large/i,
  contentFilter:
    /content_filter|content[ _]?policy|content management policy|responsible_?ai|moderation|flagged|invalid_prompt|safety system|bio_policy|policy_violation/i,
  quota: /insufficient_quota|billing_hard_limit|billing_not_active|credit balance/i,
  noModel:
    /model_not_found|invalid_model|model not exist|model .{0,120}(does not exist|not found)/i,
  badKey: /invalid_api_key|api_key_invalid|api key not valid/i,
} as const;

/** What a failed call means, or undefined when the error is none of a provider's (a bug). */
export function troubleOf(error: unknown, now: number): ProviderTrouble | undefined {
  if (error instanceof APIConnectionTimeoutError) return { kind: "wait", code: "timeout" };
  if (error instanceof APIConnectionError) {
    return isBodyTooLarge(error.cause) ? MALFORMED : { kind: "wait", code: "connection" };
  }
  if (!(error instanceof APIError)) return undefined;
  const { status, headers, code, type, message } = error as APIError;
  if (status === undefined) return undefined;
  const pause = headers === undefined ? undefined : retryAfterMs(headers, now);
  return sortStatus(status, wordsOf(code, type, message), pause);
}

/** What an error object inside a body with status 200 means; gateways and `failed` answers have such. */
export function troubleOfErrorBody(error: unknown): ProviderTrouble {
  const { code, type, message } = Object(error) as Record<string, unknown>;
  const words = wordsOf(code, type, message);
  if (typeof code === "number" && code >= 400 && code <= 599)
    return sortStatus(code, words, undefined);
  if (code === "server_error") return { kind: "wait", code: "server_error" };
  if (code === "rate_limit_exceeded") return { kind: "wait", code: "rate_limited" };
  if (code === "vector_store_timeout") return { kind: "wait", code: "timeout" };
  return sortStatus(400, words, undefined);
}

function wordsOf(...said: readonly unknown[]): string {
  return JSON.stringify(said);
}

function sortStatus(status: number, said: string, pause: number | undefined): ProviderTrouble {
  // What a server says is unbounded; what tells the case stands at its start.
  const words = said.slice(0, 4096);
  if (status === 429) return sortTooMany(words, pause);
  const wait = WAIT_STATUS[status] ?? (status >= 500 ? "server_error" : undefined);
  if (wait !== undefined) {
    return {
      kind: "wait",
      code: wait,
      status,
      ...(pause === undefined ? {} : { retryAfterMs: pause }),
    };
  }
  return sortRefusal(status, words);
}

const WAIT_STATUS: Readonly<Record<number, "timeout" | "server_error" | "overloaded">> = {
  408: "timeout",
  409: "server_error",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

function sortTooMany(words: string, pause: number | undefined): ProviderTrouble {
  const status = 429;
  if (SAYS.quota.test(words)) return { kind: "operator", code: "quota_exhausted", status };
  // One request above the tokens of a whole minute: waiting never helps.
  if (SAYS.tooLargeForRate.test(words))
    return { kind: "terminal", code: "context_overflow", status };
  return {
    kind: "wait",
    code: "rate_limited",
    status,
    ...(pause === undefined ? {} : { retryAfterMs: pause }),
  };
}

function sortRefusal(status: number, words: string): ProviderTrouble {
  if (status === 401) return { kind: "operator", code: "authentication", status };
  if (status === 402 || SAYS.quota.test(words))
    return { kind: "operator", code: "quota_exhausted", status };
  if (status === 404) return { kind: "operator", code: "model_not_found", status };
  if (status === 413 || SAYS.contextOverflow.test(words))
    return { kind: "terminal", code: "context_overflow", status };
  if (SAYS.contentFilter.test(words)) return { kind: "terminal", code: "content_filter", status };
  if (status === 403) return { kind: "operator", code: "permission", status };
  if (SAYS.noModel.test(words)) return { kind: "operator", code: "model_not_found", status };
  if (SAYS.badKey.test(words)) return { kind: "operator", code: "authentication", status };
  return { kind: "terminal", code: "invalid_request", status };
}
