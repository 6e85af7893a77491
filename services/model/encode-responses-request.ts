// Owns the request body of the Responses dialect. Pure: the same request makes the same
// body, so that the digest of a stored prompt can be compared (R2). Nothing is kept at the
// provider (`store: false`): the task log is the conversation.
import type {
  ResponseCreateParamsNonStreaming,
  ResponseInputContent,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import type { ModelRequest, RawCall, ResolvedMessage, ResolvedPart } from "../../contract/model.ts";
import { dataUrl, fileName } from "./data-url.ts";
import { fitsStrictMode } from "./strict-mode.ts";

// The families without reasoning refuse `reasoning.encrypted_content` ("not supported with
// this model"); every later one of OpenAI's reasons, and other servers ignore it.
const NO_REASONING = /(^|[/:])(gpt-3\.5|gpt-4|chatgpt-4o)/;

export function encodeResponsesRequest(request: ModelRequest): ResponseCreateParamsNonStreaming {
  const { model, instructions, tools, maxOutputTokens, outputSchema } = request;
  return {
    model,
    instructions,
    input: request.messages.flatMap(encodeMessage),
    store: false,
    ...(NO_REASONING.test(model) ? {} : { include: ["reasoning.encrypted_content" as const] }),
    ...(tools.length === 0 ? {} : { tools: tools.map(encodeTool) }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...(outputSchema === undefined
      ? {}
      : {
          text: {
            format: {
              type: "json_schema" as const,
              ...outputSchema,
              strict: fitsStrictMode(outputSchema.schema),
            },
          },
        }),
  };
}

function encodeTool({ name, description, inputSchema }: ModelRequest["tools"][number]) {
  // Strict is this dialect's default, and refuses the schemas of most tools.
  return { type: "function" as const, name, description, parameters: inputSchema, strict: false };
}

function encodeMessage(message: ResolvedMessage): ResponseInputItem[] {
  switch (message.role) {
    case "user":
      return [{ role: "user", content: message.parts.map(encodePart) }];
    case "assistant":
      return message.items === undefined
        ? encodeAnswer(message)
        : returnItems(message.items, message.calls);
    case "tool":
      return [{ type: "function_call_output", call_id: message.callId, output: message.text }];
    case "developer":
      return [{ role: "developer", content: message.text }];
  }
}

/** An answer of another model: its words and calls, without what it thought. */
function encodeAnswer(
  message: Extract<ResolvedMessage, { role: "assistant" }>,
): ResponseInputItem[] {
  const calls = message.calls.map((call) => ({
    type: "function_call" as const,
    call_id: call.callId,
    name: call.name,
    arguments: call.arguments,
  }));
  if (message.text === undefined) return calls;
  return [{ role: "assistant", content: message.text }, ...calls];
}

/** The model's own items as they came, but with the call ids that the runtime gave (F5). */
function returnItems(items: string, calls: readonly RawCall[]): ResponseInputItem[] {
  let ordinal = 0;
  return (JSON.parse(items) as ResponseInputItem[]).map((item) => {
    if (item.type !== "function_call") return item;
    const call = calls[ordinal];
    ordinal += 1;
    return call === undefined ? item : { ...item, call_id: call.callId };
  });
}

function encodePart(part: ResolvedPart): ResponseInputContent {
  switch (part.type) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return { type: "input_image", image_url: dataUrl(part), detail: "auto" };
    case "file":
      return { type: "input_file", filename: fileName(part), file_data: dataUrl(part) };
  }
}
