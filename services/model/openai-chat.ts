// Owns the adapter for Chat Completions, of OpenAI and of any server that speaks it.
import type { ModelProvider } from "../../contract/model.ts";
import { decodeChatAnswer } from "./decode-chat-answer.ts";
import { encodeChatRequest } from "./encode-chat-request.ts";
import { createOpenAIProvider } from "./openai-exchange.ts";
import type { OpenAIOptions } from "./openai-exchange.ts";

/** A provider that speaks Chat Completions. Throws when `baseURL` is not a URL. */
export function openaiChat(options: OpenAIOptions): ModelProvider {
  return createOpenAIProvider(options, {
    encode: encodeChatRequest,
    send: (client, body, how) => client.chat.completions.create(body, how),
    decode: decodeChatAnswer,
  });
}
