// Owns what it means that a model is sent the recorded messages: the same texts, call ids and
// argument texts byte for byte, and tool outputs equal as parsed JSON, or as text where they
// are text. The system prompt is not looked at.
import { isDeepStrictEqual } from "node:util";
import type { ChatMessage } from "@copilotkit/aimock";
import type { RecordedMessage } from "./dataset.ts";

const SHOWN_CHARACTERS = 400;

/** Whether a tool's output is the recorded one. */
export function sameOutput(output: string, recorded: string): boolean {
  return isDeepStrictEqual(parsedOrText(output), parsedOrText(recorded));
}

/** Says where the sent messages first differ from the recorded ones; undefined: nowhere. */
export function firstDifference(
  sent: readonly ChatMessage[],
  recorded: readonly RecordedMessage[],
): string | undefined {
  for (let index = 0; index < Math.max(sent.length, recorded.length); index += 1) {
    const actual = comparable(sent[index]);
    const expected = comparable(recorded[index]);
    if (!isDeepStrictEqual(actual, expected)) {
      return `message ${index} is ${shown(actual)}, but was recorded as ${shown(expected)}`;
    }
  }
  return undefined;
}

function comparable(message: ChatMessage | RecordedMessage | undefined): unknown {
  if (message === undefined) return undefined;
  const text = textOf(message.content);
  if (message.role === "tool") {
    return { role: "tool", callId: message.tool_call_id, output: parsedOrText(text ?? "") };
  }
  if (message.role === "assistant") {
    const calls = message.tool_calls ?? [];
    return {
      role: "assistant",
      text,
      calls: calls.map((call) => ({ id: call.id, ...call.function })),
    };
  }
  return { role: message.role, text };
}

function textOf(content: ChatMessage["content"] | undefined): string | null {
  if (content === undefined || content === null) return null;
  if (typeof content === "string") return content;
  return content.map((part) => part.text ?? `[${part.type}]`).join("");
}

function parsedOrText(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output;
  }
}

function shown(message: unknown): string {
  return message === undefined ? "missing" : JSON.stringify(message).slice(0, SHOWN_CHARACTERS);
}
