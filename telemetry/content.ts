// Owns the form in which content stands in a span, where an app has asked for it: OpenTelemetry's JSON of
// messages and parts. Bytes of images and files are left out.
import type { Attributes } from "@opentelemetry/api";
import type {
  ModelRequest,
  ProviderReply,
  RawCall,
  ResolvedMessage,
  ResolvedPart,
} from "../contract/model.ts";
import { NAMES } from "./conventions.ts";

export function messageAttributes({ instructions, messages }: ModelRequest): Attributes {
  return {
    [NAMES.INSTRUCTIONS]: JSON.stringify([textPart(instructions)]),
    [NAMES.INPUT_MESSAGES]: JSON.stringify(messages.map(messageOf)),
  };
}

export function replyAttributes(reply: Extract<ProviderReply, { kind: "answered" }>): Attributes {
  const parts = [
    ...textParts(reply.text),
    ...textParts(reply.refusal),
    ...reply.calls.map(callPart),
  ];
  const answer = { role: "assistant", parts, finish_reason: reply.finish };
  return { [NAMES.OUTPUT_MESSAGES]: JSON.stringify([answer]) };
}

/** Undefined for what JSON cannot hold. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function messageOf(message: ResolvedMessage) {
  switch (message.role) {
    case "user":
      return { role: "user", parts: message.parts.map(partOf) };
    case "assistant":
      return {
        role: "assistant",
        parts: [...textParts(message.text), ...message.calls.map(callPart)],
      };
    case "tool": {
      const { callId: id, text: response } = message;
      return { role: "tool", parts: [{ type: "tool_call_response", id, response }] };
    }
    case "developer":
      return { role: "system", parts: [textPart(message.text)] };
  }
}

function partOf(part: ResolvedPart) {
  if (part.type === "text") return textPart(part.text);
  return { type: "blob", mime_type: part.mediaType, bytes: part.bytes.length };
}

function callPart({ callId: id, name, arguments: given }: RawCall) {
  return { type: "tool_call", id, name, arguments: given };
}

function textPart(content: string) {
  return { type: "text", content };
}

function textParts(content: string | undefined) {
  return content === undefined ? [] : [textPart(content)];
}
