// Owns the adapter for Chat Completions, of OpenAI and of any server that speaks it.
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import type { ModelProvider } from "../../contract/model.ts";
import { decodeChatAnswer } from "./decode-chat-answer.ts";
import { encodeChatRequest } from "./encode-chat-request.ts";
import { createOpenAIProvider } from "./openai-exchange.ts";
import type { OpenAIOptions } from "./openai-exchange.ts";
import { readChatStream } from "./read-chat-stream.ts";

/** A provider that speaks Chat Completions. Throws when `baseURL` is not a URL. */
export function openaiChat(options: OpenAIOptions): ModelProvider {
  return createOpenAIProvider<ChatCompletionCreateParams>(options, {
    encode: encodeChatRequest,
    send: (client, body, how) => client.chat.completions.create(body, how),
    decode: decodeChatAnswer,
    // What was used comes last, and only where it is asked for.
    streamed: (body) => ({ ...body, stream: true, stream_options: { include_usage: true } }),
    readEvents: readChatStream,
  });
}
