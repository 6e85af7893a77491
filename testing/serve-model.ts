// Owns a test model behind HTTP: @copilotkit/aimock speaks OpenAI's protocols (and others'), and
// asks the model what to say. Runs in the test's process, so that it survives the worker's death.
import type { ChatCompletionRequest, ChatMessage, FixtureResponse } from "@copilotkit/aimock";
import type { ScriptedAnswer } from "./model/model-answer.ts";
import { FAILURES, rawCalls, USAGE } from "./model/model-answer.ts";
import type { SeenMessage, SeenRequest } from "./model/seen-request.ts";
import { answersSeen } from "./model/seen-request.ts";
import type { TestModel } from "./model/test-model.ts";

export interface ModelServer extends AsyncDisposable {
  /** For an OpenAI client, e.g. `http://127.0.0.1:4010/v1`. */
  readonly baseUrl: string;
}

/**
 * Serves a scripted or recorded model on 127.0.0.1, on any free port by default. Rejects with
 * one sentence when @copilotkit/aimock, an optional peer of this package, is not installed.
 */
export async function serveModel(
  model: TestModel,
  { port = 0 }: { readonly port?: number } = {},
): Promise<ModelServer> {
  const { LLMock } = await loadAimock();
  const hanging = new Set<() => void>();
  // The requests are kept by the model; the library's journal would only keep them once more.
  const server = new LLMock({ host: "127.0.0.1", port, journalMaxEntries: 1 });
  server.on({ endpoint: "chat" }, async (request): Promise<FixtureResponse> => {
    const seen = seenRequest(request);
    const reply = await model.reply(seen, problemOf);
    if ("unexpected" in reply) return refusal(reply.unexpected);
    if (typeof reply.answer !== "string" && "hangs" in reply.answer) {
      await new Promise<void>((resolve) => hanging.add(resolve));
    }
    return responseOf(reply.answer, answersSeen(seen.messages));
  });
  await server.start();
  return {
    baseUrl: `${server.url}/v1`,
    [Symbol.asyncDispose]: async () => {
      // The server waits for answers that it owes.
      for (const release of hanging) release();
      await server.stop();
    },
  };
}

async function loadAimock() {
  try {
    return await import("@copilotkit/aimock");
  } catch (error) {
    throw new Error(
      "serveModel needs @copilotkit/aimock, which is not installed: run `npm install --save-dev @copilotkit/aimock`",
      { cause: error },
    );
  }
}

function seenRequest(request: ChatCompletionRequest): SeenRequest {
  const [first, ...rest] = request.messages;
  const hasInstructions = first !== undefined && isRuntime(first);
  return {
    model: request.model,
    instructions: hasInstructions ? textOf(first) : "",
    messages: (hasInstructions ? rest : request.messages).reduce<SeenMessage[]>(addMessage, []),
    tools: (request.tools ?? []).map((tool) => tool.function.name),
  };
}

// The role of the instructions is "developer" in some requests, which aimock's type does not know.
function isRuntime({ role }: { readonly role: string }): boolean {
  return role === "system" || role === "developer";
}

function addMessage(seen: SeenMessage[], message: ChatMessage): SeenMessage[] {
  const text = textOf(message);
  if (message.role === "tool") {
    return [...seen, { role: "tool", callId: message.tool_call_id ?? "", text }];
  }
  if (isRuntime(message)) return [...seen, { role: "developer", text }];
  return message.role === "user"
    ? [...seen, { role: "user", text }]
    : addAnswer(seen, message, text);
}

/** One answer of several calls comes as several messages from the Responses protocol. */
function addAnswer(seen: SeenMessage[], message: ChatMessage, text: string): SeenMessage[] {
  const calls = (message.tool_calls ?? []).map(({ id, function: called }) => ({
    callId: id,
    ...called,
  }));
  const last = seen.at(-1);
  if (last?.role !== "assistant") {
    return [...seen, { role: "assistant", ...(text === "" ? {} : { text }), calls }];
  }
  const words = `${last.text ?? ""}${text}`;
  const whole = words === "" ? {} : { text: words };
  return [...seen.slice(0, -1), { role: "assistant", ...whole, calls: [...last.calls, ...calls] }];
}

function textOf({ content }: ChatMessage): string {
  if (content === null || typeof content === "string") return content ?? "";
  return content.map((part) => part.text ?? `[${part.type.replace("_url", "")}]`).join("");
}

const NO_REFUSALS =
  "aimock cannot tell a refusal over HTTP: give this model to the app as a provider";

function problemOf(answer: ScriptedAnswer): string | undefined {
  return typeof answer !== "string" && "refusal" in answer ? NO_REFUSALS : undefined;
}

function responseOf(answer: ScriptedAnswer, place: number): FixtureResponse {
  if (typeof answer === "string") return { content: answer, usage };
  if ("calls" in answer) {
    const toolCalls = rawCalls(answer.calls, place).map(({ callId, name, arguments: written }) => ({
      id: callId,
      name,
      arguments: written,
    }));
    const { text } = answer;
    return text === undefined ? { toolCalls, usage } : { content: text, toolCalls, usage };
  }
  if ("truncated" in answer) return { content: answer.truncated, finishReason: "length", usage };
  if ("failure" in answer) return failure(answer);
  if ("hangs" in answer) return refusal("the model never answered this request");
  return refusal(NO_REFUSALS);
}

const usage = { prompt_tokens: USAGE.inputTokens, completion_tokens: USAGE.outputTokens };

function failure(answer: Extract<ScriptedAnswer, { readonly failure: string }>): FixtureResponse {
  const pause = "retryAfterMs" in answer ? answer.retryAfterMs : undefined;
  return {
    status: FAILURES[answer.failure].status,
    // The code is what tells failures of one status apart.
    error: { message: "a scripted failure", type: "scripted", code: answer.failure },
    ...(pause === undefined ? {} : { retryAfter: pause / 1000 }),
  };
}

function refusal(message: string): FixtureResponse {
  return { status: 400, error: { message, type: "invalid_request_error" } };
}
