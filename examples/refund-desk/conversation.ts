// Owns how the scripted model reads a request: who said what, and which tool answered what.
// aimock has brought both wire forms, Chat Completions and Responses, to the same messages.
import { getTextContent } from "@copilotkit/aimock";
import type { ChatCompletionRequest } from "@copilotkit/aimock";

export interface ToolUse {
  readonly tool: string;
  readonly arguments: unknown;
  /** The tool's answer as text; undefined while there is none. */
  readonly answer: string | undefined;
  /** How many things the user had said before the call. */
  readonly after: number;
}

export interface Conversation {
  readonly said: readonly string[];
  readonly used: readonly ToolUse[];
}

export function readConversation(request: ChatCompletionRequest): Conversation {
  const said: string[] = [];
  const used: ToolUse[] = [];
  // A model's call ids may repeat in later answers, so an answer belongs to the last call of its id.
  const lastOf = new Map<string, number>();
  for (const message of request.messages) {
    const text = getTextContent(message.content) ?? "";
    if (message.role === "user") said.push(text);
    for (const call of message.tool_calls ?? []) {
      lastOf.set(call.id, used.length);
      used.push({
        tool: call.function.name,
        arguments: jsonOf(call.function.arguments),
        answer: undefined,
        after: said.length,
      });
    }
    const index = lastOf.get(message.tool_call_id ?? "");
    const call = index === undefined ? undefined : used[index];
    if (message.role === "tool" && index !== undefined && call !== undefined)
      used[index] = { ...call, answer: text };
  }
  return { said, used };
}

/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
