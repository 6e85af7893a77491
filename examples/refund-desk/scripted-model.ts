// Owns the process of the scripted model: an OpenAI-compatible server on loopback, for both
// Chat Completions and Responses, that answers by refund-script.ts. It runs by itself, so that
// it survives the workers that call it, and counts the calls that reached it:
// `curl -si 'http://127.0.0.1:PORT/__aimock/journal?path=/v1/&limit=0'` shows X-Total-Count.
import { parseArgs } from "node:util";
import { LLMock } from "@copilotkit/aimock";
import type { ChatCompletionRequest, FixtureResponse } from "@copilotkit/aimock";
import { readConversation } from "./conversation.ts";
import { serveAsChild } from "./ready-child.ts";
import { refundScript } from "./refund-script.ts";

/** What a token is taken for, in characters. */
const TOKEN_CHARS = 4;

function answer(request: ChatCompletionRequest): FixtureResponse {
  const decided = refundScript(readConversation(request));
  const usage = {
    prompt_tokens: Math.ceil(JSON.stringify(request.messages).length / TOKEN_CHARS),
    completion_tokens: Math.ceil(JSON.stringify(decided).length / TOKEN_CHARS),
  };
  if ("words" in decided) return { content: decided.words, usage };
  const toolCalls = decided.calls.map((call) => ({
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  }));
  return { toolCalls, usage };
}

await serveAsChild(async () => {
  const { values } = parseArgs({ options: { port: { type: "string", default: "0" } } });
  const mock = new LLMock({ host: "127.0.0.1", port: Number(values.port) });
  mock.on({ endpoint: "chat" }, answer);
  await mock.start();
  return { url: `${mock.url}/v1`, stop: () => mock.stop() };
});
