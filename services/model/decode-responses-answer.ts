// Owns the reading of a Responses body. What does not fit the dialect is the provider's
// trouble (`malformed_response`), never a crash.
import { z } from "zod";
import type { FinishReason, ModelRequest, ModelUsage } from "../../contract/model.ts";
import { parseSafely } from "../../contract/parse-safely.ts";
import type { DecodedReply } from "./openai-exchange.ts";
import { MALFORMED, troubleOfErrorBody } from "./provider-trouble.ts";
import { rawCalls, tokens } from "./wire-parts.ts";
import type { WireCall } from "./wire-parts.ts";

const itemSchema = z.union([
  z.object({
    type: z.literal("message"),
    phase: z.string().nullish(),
    content: z.array(
      z.object({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() }),
    ),
  }),
  z.object({
    type: z.literal("function_call"),
    call_id: z.string().nullish(),
    name: z.string(),
    arguments: z.string().nullish(),
  }),
  // Reasoning and whatever else there will be: sent back, not understood.
  z.object({ type: z.string().regex(/^(?!(message|function_call)$)/) }),
]);

const bodySchema = z.object({
  model: z.string().nullish(),
  status: z.string().nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(itemSchema),
  // A paid answer is not lost for its counters.
  usage: z
    .object({
      input_tokens: tokens,
      output_tokens: tokens,
      input_tokens_details: z.object({ cached_tokens: tokens }).nullish().catch(undefined),
      output_tokens_details: z.object({ reasoning_tokens: tokens }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

type Body = z.infer<typeof bodySchema>;
type Item = z.infer<typeof itemSchema>;
type MessageItem = Extract<Item, { content: unknown }>;

const ANSWERED: ReadonlySet<string> = new Set(["completed", "incomplete"]);

export function decodeResponsesAnswer(body: unknown, request: ModelRequest): DecodedReply {
  const { error } = Object(body) as { error?: unknown };
  if (typeof error === "object" && error !== null) return troubleOfErrorBody(error);
  const parsed = parseSafely(bodySchema, body);
  if (!parsed.success) return MALFORMED;
  const { status, output, model, usage } = parsed.data;
  // Anything else has no answer in it: failed, cancelled, or still in progress.
  if (!ANSWERED.has(status ?? "completed")) return MALFORMED;
  const calls = rawCalls(output.flatMap(callOf));
  if (calls === undefined) return MALFORMED;
  const { text, refusal } = wordsOf(output);
  return {
    kind: "answered",
    ...(text === "" ? {} : { text }),
    ...(refusal === "" ? {} : { refusal }),
    calls,
    // The items themselves, not what the schema kept of them.
    items: JSON.stringify((body as { output: unknown }).output),
    finish: finishOf(parsed.data, calls.length > 0),
    usage: usageOf(usage),
    model: model ?? request.model,
  };
}

function callOf(item: Item): WireCall[] {
  return "name" in item ? [{ id: item.call_id, name: item.name, arguments: item.arguments }] : [];
}

function wordsOf(output: readonly Item[]): { readonly text: string; readonly refusal: string } {
  const messages = output.filter((item): item is MessageItem => "content" in item);
  // A model that comments on its way marks what it answers in the end.
  const final = messages.filter((message) => message.phase === "final_answer");
  const parts = (final.length > 0 ? final : messages).flatMap((message) => message.content);
  return {
    text: parts.map((part) => (part.type === "output_text" ? (part.text ?? "") : "")).join(""),
    refusal: parts.map((part) => (part.type === "refusal" ? (part.refusal ?? "") : "")).join(""),
  };
}

function finishOf(body: Body, hasCalls: boolean): FinishReason {
  // Cut for whatever reason, it is not to be acted upon (F9).
  if (body.status === "incomplete") {
    return body.incomplete_details?.reason === "content_filter" ? "content-filter" : "length";
  }
  return hasCalls ? "tool-calls" : "stop";
}

function usageOf(usage: Body["usage"]): ModelUsage {
  const cached = usage?.input_tokens_details?.cached_tokens;
  const reasoning = usage?.output_tokens_details?.reasoning_tokens;
  return {
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  };
}
