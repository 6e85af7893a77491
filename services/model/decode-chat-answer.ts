// Owns the reading of a Chat Completions body. What does not fit the dialect is the
// provider's trouble (`malformed_response`), never a crash.
import { z } from "zod";
import type { FinishReason, ModelRequest, ModelUsage } from "../../contract/model.ts";
import { parseSafely } from "../../contract/parse-safely.ts";
import type { DecodedReply } from "./openai-exchange.ts";
import { MALFORMED, troubleOfErrorBody } from "./provider-trouble.ts";
import { rawCalls, tokens } from "./wire-parts.ts";

const bodySchema = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                id: z.string().nullish(),
                function: z.object({ name: z.string(), arguments: z.string().nullish() }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
  // A paid answer is not lost for its counters.
  usage: z
    .object({
      prompt_tokens: tokens,
      completion_tokens: tokens,
      prompt_tokens_details: z.object({ cached_tokens: tokens }).nullish().catch(undefined),
      completion_tokens_details: z.object({ reasoning_tokens: tokens }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

type Body = z.infer<typeof bodySchema>;

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  length: "length",
  content_filter: "content-filter",
};

export function decodeChatAnswer(body: unknown, request: ModelRequest): DecodedReply {
  const parsed = parseSafely(bodySchema, body);
  if (!parsed.success) return troubleOfMisfit(body);
  const [choice] = parsed.data.choices;
  // Gateways answer so when the model's server broke off in the middle.
  if (choice === undefined || choice.finish_reason === "error") return MALFORMED;
  const { content, refusal, tool_calls: toolCalls } = choice.message;
  const calls = rawCalls((toolCalls ?? []).map((call) => ({ id: call.id, ...call.function })));
  if (calls === undefined) return MALFORMED;
  return {
    kind: "answered",
    ...(content ? { text: content } : {}),
    ...(refusal ? { refusal } : {}),
    calls,
    finish: finishOf(choice.finish_reason, calls.length > 0),
    usage: usageOf(parsed.data.usage),
    model: parsed.data.model ?? request.model,
  };
}

/** Gateways put an error of the model's server into a body with status 200. */
function troubleOfMisfit(body: unknown): DecodedReply {
  const error: unknown = (Object(body) as { error?: unknown }).error;
  return typeof error === "object" && error !== null ? troubleOfErrorBody(error) : MALFORMED;
}

function finishOf(reason: string | null | undefined, hasCalls: boolean): FinishReason {
  const finish = FINISH[reason ?? ""] ?? "other";
  // Some servers say `stop`, or nothing, beside calls.
  return hasCalls && (finish === "stop" || finish === "other") ? "tool-calls" : finish;
}

function usageOf(usage: Body["usage"]): ModelUsage {
  const cached = usage?.prompt_tokens_details?.cached_tokens;
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens;
  return {
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
    ...(cached === undefined ? {} : { cachedInputTokens: cached }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  };
}
