// Owns the adapter for the Responses API, of OpenAI and of any server that speaks it.
import type { ResponseCreateParams } from "openai/resources/responses/responses";
import type { ModelProvider } from "../../contract/model.ts";
import { decodeResponsesAnswer } from "./decode-responses-answer.ts";
import { encodeResponsesRequest } from "./encode-responses-request.ts";
import { createOpenAIProvider } from "./openai-exchange.ts";
import type { OpenAIOptions } from "./openai-exchange.ts";
import { readResponsesStream } from "./read-responses-stream.ts";

/** A provider that speaks the Responses API. Throws when `baseURL` is not a URL. */
export function openaiResponses(options: OpenAIOptions): ModelProvider {
  return createOpenAIProvider<ResponseCreateParams>(options, {
    encode: encodeResponsesRequest,
    send: (client, body, how) => client.responses.create(body, how),
    decode: decodeResponsesAnswer,
    streamed: (body) => ({ ...body, stream: true }),
    readEvents: readResponsesStream,
  });
}
