// Owns the request body of the Chat Completions dialect. Pure: the same request makes the
// same body, so that the digest of a stored prompt can be compared (R2).
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionContentPart,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { ModelRequest, ResolvedMessage, ResolvedPart } from "../../contract/model.ts";
import { dataUrl, fileName } from "./data-url.ts";
import { fitsStrictMode } from "./strict-mode.ts";

export function encodeChatRequest(request: ModelRequest): ChatCompletionCreateParamsNonStreaming {
  const { model, instructions, tools, maxOutputTokens, outputSchema } = request;
  return {
    model,
    // `system`, not `developer`: every server that speaks the protocol takes it.
    messages: [
      { role: "system", content: instructions },
      ...request.messages.flatMap(encodeMessage),
    ],
    ...(tools.length === 0 ? {} : { tools: tools.map(encodeTool) }),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(outputSchema === undefined
      ? {}
      : {
          response_format: {
            type: "json_schema" as const,
            json_schema: { ...outputSchema, strict: fitsStrictMode(outputSchema.schema) },
          },
        }),
  };
}

function encodeTool({ name, description, inputSchema }: ModelRequest["tools"][number]) {
  return { type: "function" as const, function: { name, description, parameters: inputSchema } };
}

function encodeMessage(message: ResolvedMessage): ChatCompletionMessageParam[] {
  switch (message.role) {
    case "user":
      return [{ role: "user", content: encodeParts(message.parts) }];
    case "assistant":
      return encodeAnswer(message);
    case "tool":
      return [{ role: "tool", tool_call_id: message.callId, content: message.text }];
    case "developer":
      return [{ role: "system", content: message.text }];
  }
}

function encodeAnswer(
  message: Extract<ResolvedMessage, { role: "assistant" }>,
): ChatCompletionAssistantMessageParam[] {
  const { text, calls } = message;
  // An answer of neither has no form that every server takes.
  if (text === undefined && calls.length === 0) return [];
  const answer: ChatCompletionAssistantMessageParam = { role: "assistant", content: text ?? null };
  if (calls.length === 0) return [answer];
  const toolCalls = calls.map((call) => ({
    id: call.callId,
    type: "function" as const,
    function: { name: wireName(call.name), arguments: call.arguments },
  }));
  return [{ ...answer, tool_calls: toolCalls }];
}

// A model may call a tool by a name that no tool can have; sent back as it is, the server
// would refuse the request, and the model would never learn that there is no such tool.
function wireName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "_";
}

function encodeParts(parts: readonly ResolvedPart[]): string | ChatCompletionContentPart[] {
  const [only] = parts;
  if (parts.length === 1 && only?.type === "text") return only.text;
  return parts.map(encodePart);
}

function encodePart(part: ResolvedPart): ChatCompletionContentPart {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: dataUrl(part) } };
    case "file":
      return { type: "file", file: { filename: fileName(part), file_data: dataUrl(part) } };
  }
}
