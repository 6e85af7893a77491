// Owns a conversation with an OpenAI-compatible server through the real client, the same for
// Chat Completions and Responses: what is said, asked for and answered is sent whole each time.
import type OpenAI from "openai";

export interface AskedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

export interface Answer {
  readonly words: string | undefined;
  readonly calls: readonly AskedCall[];
}

export interface Dialogue {
  say(text: string): void;
  /** Asks the model once. */
  next(): Promise<Answer>;
  answerCall(call: AskedCall, text: string): void;
}

export type Dialect = "chat" | "responses";
const MODEL = "scripted";

export function startDialogue(client: OpenAI, dialect: Dialect): Dialogue {
  return dialect === "chat" ? chatDialogue(client) : responsesDialogue(client);
}

function askedCall(id: string, name: string, text: string): AskedCall {
  return { id, name, arguments: JSON.parse(text) as Record<string, unknown> };
}

function chatDialogue(client: OpenAI): Dialogue {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: "system", content: "You work at a refund desk." },
  ];
  return {
    say: (text) => void messages.push({ role: "user", content: [{ type: "text", text }] }),
    answerCall: (call, text) =>
      void messages.push({ role: "tool", tool_call_id: call.id, content: text }),
    next: async () => {
      const { choices } = await client.chat.completions.create({ model: MODEL, messages });
      const message = choices[0]?.message;
      if (message === undefined) throw new Error("the model gave no answer");
      messages.push(message);
      const calls = (message.tool_calls ?? []).filter((call) => call.type === "function");
      return {
        words: message.content ?? undefined,
        calls: calls.map((call) => askedCall(call.id, call.function.name, call.function.arguments)),
      };
    },
  };
}

function responsesDialogue(client: OpenAI): Dialogue {
  const input: OpenAI.Responses.ResponseInput = [];
  return {
    say: (text) => void input.push({ role: "user", content: [{ type: "input_text", text }] }),
    answerCall: (call, text) =>
      void input.push({ type: "function_call_output", call_id: call.id, output: text }),
    next: async () => {
      const instructions = "You work at a refund desk.";
      const response = await client.responses.create({
        model: MODEL,
        instructions,
        input,
        store: false,
      });
      const calls = response.output.filter((item) => item.type === "function_call");
      const messages = response.output.filter((item) => item.type === "message");
      input.push(...messages, ...calls);
      return {
        words: response.output_text === "" ? undefined : response.output_text,
        calls: calls.map((call) => askedCall(call.call_id, call.name, call.arguments)),
      };
    },
  };
}
