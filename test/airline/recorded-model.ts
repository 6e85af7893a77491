// Owns the recorded model: an OpenAI Chat Completions server on loopback that answers the k-th
// model call of a conversation with the k-th recorded message, counts every call, and refuses
// what was not recorded. The request's `model` names the conversation; k is the number of
// answers in the request, so that a repeated call gets the same answer.
import type { ChatCompletionRequest, FixtureResponse } from "@copilotkit/aimock";
import { LLMock } from "@copilotkit/aimock";
import {
  assistantMessages,
  END_OF_RECORDING,
  expectedModelCalls,
  modelName,
} from "./conversation.ts";
import type { Conversation, RecordedAssistantMessage } from "./dataset.ts";
import { firstDifference } from "./match-messages.ts";

/** Made up: the recordings hold no token counts. */
const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

export interface RecordedModel extends AsyncDisposable {
  /** For an OpenAI client, e.g. `http://127.0.0.1:4010/v1`. */
  readonly baseUrl: string;
  /** How often each model call of a conversation arrived, by k from 0; refused ones too. */
  callsOf(conversation: Conversation): readonly number[];
  /** Every refusal, in words. Empty when all that was sent had been recorded. */
  refusals(): readonly string[];
}

/** `onCall` hears of a call when it has arrived, and holds its answer back until it settles. */
export async function startRecordedModel(
  conversations: readonly Conversation[],
  onCall: (conversation: Conversation, k: number) => Promise<void> = async () => undefined,
): Promise<RecordedModel> {
  const byModel = new Map(conversations.map((one) => [modelName(one), one]));
  const calls = new Map<string, number[]>();
  const refusals: string[] = [];

  async function respond(request: ChatCompletionRequest): Promise<FixtureResponse> {
    const conversation = byModel.get(request.model);
    if (conversation === undefined) return refuse(`there is no recording of ${request.model}`);
    const k = request.messages.filter((message) => message.role === "assistant").length;
    const counts = calls.get(request.model) ?? [];
    counts[k] = (counts[k] ?? 0) + 1;
    calls.set(request.model, counts);
    await onCall(conversation, k);
    const problem = problemOf(request, conversation, k);
    if (problem !== undefined) return refuse(`${conversation.id}, model call ${k}: ${problem}`);
    return { ...responseOf(assistantMessages(conversation)[k]), usage: USAGE };
  }

  function refuse(message: string): FixtureResponse {
    refusals.push(message);
    return { status: 400, error: { message, type: "invalid_request_error" } };
  }

  // The requests are counted here; the library's journal would only keep them in memory.
  const server = new LLMock({ host: "127.0.0.1", port: 0, journalMaxEntries: 1 });
  server.on({ endpoint: "chat" }, respond);
  await server.start();
  return {
    baseUrl: `${server.url}/v1`,
    callsOf: (conversation) => Array.from(calls.get(modelName(conversation)) ?? [], (n) => n ?? 0),
    refusals: () => refusals,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function problemOf(
  request: ChatCompletionRequest,
  conversation: Conversation,
  k: number,
): string | undefined {
  if (k >= expectedModelCalls(conversation)) return "the recording has ended";
  const sent = request.messages.filter(({ role }, index) => index > 0 || !isSystem(role));
  return firstDifference(sent, messagesBefore(conversation, k));
}

// Newer models take the system prompt as "developer", a role that aimock's type does not know.
function isSystem(role: string): boolean {
  return role === "system" || role === "developer";
}

/** The messages that the k-th model call was sent; all of them after the recorded end. */
function messagesBefore(conversation: Conversation, k: number): Conversation["messages"] {
  const answer = assistantMessages(conversation)[k];
  if (answer === undefined) return conversation.messages;
  return conversation.messages.slice(0, conversation.messages.indexOf(answer));
}

function responseOf(message: RecordedAssistantMessage | undefined): FixtureResponse {
  if (message === undefined) return { content: END_OF_RECORDING };
  const toolCalls = message.tool_calls?.map((call) => ({ id: call.id, ...call.function }));
  if (toolCalls === undefined) return { content: message.content ?? "" };
  return message.content === null ? { toolCalls } : { content: message.content, toolCalls };
}
