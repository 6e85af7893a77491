// Shows that the recorded model answers what was recorded, the same again when asked again, and
// refuses what was not recorded; through the `openai` client, as the runtime will ask it.
import OpenAI from "openai";
import { beforeEach, describe, expect, it } from "vitest";
import { assistantMessages, END_OF_RECORDING, isCapped, modelName } from "./conversation.ts";
import type { Conversation, RecordedMessage } from "./dataset.ts";
import { loadConversations } from "./dataset.ts";
import type { RecordedModel } from "./recorded-model.ts";
import { startRecordedModel } from "./recorded-model.ts";

type Message = OpenAI.ChatCompletionMessageParam;
type FunctionCall = OpenAI.ChatCompletionMessageFunctionToolCall;

const conversations = loadConversations();
const capped = conversations.filter(isCapped);
const [sample] = conversations.filter(({ tool_calls }) => tool_calls > 3);
if (sample === undefined) throw new Error("no conversation has enough calls");

let model: RecordedModel;
let client: OpenAI;

beforeEach(async () => {
  model = await startRecordedModel(conversations);
  client = new OpenAI({ apiKey: "none", baseURL: model.baseUrl, maxRetries: 0 });
  return () => model[Symbol.asyncDispose]();
});

describe("the recorded model", () => {
  it.each([sample, ...capped])("answers every call of $id as recorded", async (conversation) => {
    for (const [k, recorded] of assistantMessages(conversation).entries()) {
      const { message, finish_reason } = await ask(conversation, messagesBefore(conversation, k));
      expect(message.content).toBe(recorded.content);
      expect(message.tool_calls).toEqual(recorded.tool_calls);
      expect(finish_reason).toBe(recorded.tool_calls === undefined ? "stop" : "tool_calls");
    }
    expect(model.refusals()).toEqual([]);
    expect(model.callsOf(conversation)).toEqual(Array(conversation.llm_calls).fill(1));
  });

  it.each(capped)("answers $id once more after its recorded end", async (conversation) => {
    const { message } = await ask(conversation, conversation.messages.map(sent));
    expect(message.content).toBe(END_OF_RECORDING);
    await expect(ask(conversation, [...conversation.messages.map(sent), message])).rejects.toThrow(
      "has ended",
    );
  });

  it("gives a repeated call the same answer and counts it", async () => {
    const first = await ask(sample, messagesBefore(sample, 1));
    const again = await ask(sample, messagesBefore(sample, 1));
    expect(again.message).toEqual(first.message);
    expect(model.callsOf(sample)).toEqual([0, 2]);
  });

  it("takes tool outputs as JSON, with another order of keys", async () => {
    const k = 1 + assistantMessages(sample).findIndex(({ tool_calls }) => tool_calls !== undefined);
    const messages = messagesBefore(sample, k).map((message) =>
      message.role === "tool" && typeof message.content === "string"
        ? { ...message, content: reversedKeys(message.content) }
        : message,
    );
    await ask(sample, messages);
    expect(model.refusals()).toEqual([]);
  });

  it.each<[string, (message: Message) => Message]>([
    ["a space in a text", addSpace],
    ["a tool's output", (m) => (m.role === "tool" ? { ...m, content: "{}" } : m)],
    ["a result's call id", (m) => (m.role === "tool" ? { ...m, tool_call_id: "other" } : m)],
    ["a call's id", (m) => changeCalls(m, (call) => ({ ...call, id: "other" }))],
    ["the bytes of the arguments", (m) => changeCalls(m, spaceArguments)],
  ])("refuses messages that differ in %s", async (_what, change) => {
    const k = assistantMessages(sample).length - 1;
    await expect(ask(sample, messagesBefore(sample, k).map(change))).rejects.toThrow(
      /400 .*model call \d+: message \d+ is .* but was recorded as/,
    );
    expect(model.refusals()).toHaveLength(1);
  });

  it("refuses a call beyond the end and a model that was not recorded", async () => {
    await expect(ask(sample, sample.messages.map(sent))).rejects.toThrow("has ended");
    await expect(client.chat.completions.create({ model: "gpt-4o", messages: [] })).rejects.toThrow(
      "no recording of gpt-4o",
    );
    expect(model.refusals()).toHaveLength(2);
  });
});

async function ask(
  conversation: Conversation,
  messages: readonly Message[],
): Promise<OpenAI.ChatCompletion.Choice> {
  const { choices } = await client.chat.completions.create({
    model: modelName(conversation),
    messages: [{ role: "system", content: "the policy" }, ...messages],
  });
  const [choice] = choices;
  if (choice === undefined) throw new Error("no choice");
  return choice;
}

function messagesBefore(conversation: Conversation, k: number): readonly Message[] {
  const answer = assistantMessages(conversation)[k];
  if (answer === undefined) throw new Error(`no answer ${k}`);
  return conversation.messages.slice(0, conversation.messages.indexOf(answer)).map(sent);
}

/** A recorded message as a client sends it: a tool's message has no name on the wire. */
function sent(message: RecordedMessage): Message {
  if (message.role !== "tool") return message as Message;
  const { name: _, ...rest } = message;
  return rest;
}

function addSpace(message: Message): Message {
  if (message.role !== "user" || typeof message.content !== "string") return message;
  return { ...message, content: `${message.content} ` };
}

function spaceArguments(call: FunctionCall): FunctionCall {
  return { ...call, function: { ...call.function, arguments: `${call.function.arguments} ` } };
}

function changeCalls(message: Message, change: (call: FunctionCall) => FunctionCall): Message {
  if (message.role !== "assistant" || message.tool_calls === undefined) return message;
  const tool_calls = message.tool_calls.map((call) =>
    call.type === "function" ? change(call) : call,
  );
  return { ...message, tool_calls };
}

function reversedKeys(json: string): string {
  const entries = Object.entries(JSON.parse(json) as object);
  return JSON.stringify(Object.fromEntries(entries.toReversed()));
}
