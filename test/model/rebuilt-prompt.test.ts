// Owns R2 for model calls: with everything in memory gone, what a provider was sent is made
// again from the log and the artifacts alone, and has the recorded digest.
import { describe, expect, it } from "vitest";
import type { AgentManifest, ModelProvider, ModelRequest } from "../../contract/model.ts";
import { assembleContext } from "../../core/context.ts";
import { digestOf } from "../../core/digest.ts";
import { manifestOf, sealManifest } from "../../core/define-agent.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { buildRequest } from "../../services/model/build-request.ts";
import { encodeChatRequest } from "../../services/model/encode-chat-request.ts";
import { encodeResponsesRequest } from "../../services/model/encode-responses-request.ts";
import type { OpenAIOptions } from "../../services/model/openai-exchange.ts";
import { openaiChat } from "../../services/model/openai-chat.ts";
import { openaiResponses } from "../../services/model/openai-responses.ts";
import { resolveMessages } from "../../services/model/resolve-messages.ts";
import { callerOf, clerkOf } from "./clerk.ts";
import { chatBody, responsesBody, sendJson, startProvider } from "./provider-server.ts";
import { neverAborted } from "./requests.ts";
import { answered, callFor, sealAll, userMessage } from "./task-log.ts";

const long = JSON.stringify({ city: "Bonn", note: "x".repeat(2_000) });
const chatAnswers = [
  chatBody(
    {
      content: null,
      tool_calls: [
        { id: "a", type: "function", function: { name: "weather", arguments: long } },
        { id: "a", type: "function", function: { name: "weather", arguments: long } },
      ],
    },
    "tool_calls",
  ),
  chatBody({ content: "It is sunny." }),
];
const call = { type: "function_call", call_id: "a", name: "weather", arguments: long };
const responsesAnswers = [
  responsesBody([{ type: "reasoning", id: "rs", encrypted_content: "x" }, call, call]),
  responsesBody([{ type: "message", content: [{ type: "output_text", text: "It is sunny." }] }]),
];

interface DialectCase {
  readonly name: string;
  readonly provider: (options: OpenAIOptions) => ModelProvider;
  readonly encode: (request: ModelRequest) => unknown;
  readonly answers: readonly unknown[];
}

describe("R2 the prompt of a step", () => {
  it.each<DialectCase>([
    { name: "chat", provider: openaiChat, encode: encodeChatRequest, answers: chatAnswers },
    {
      name: "responses",
      provider: openaiResponses,
      encode: encodeResponsesRequest,
      answers: responsesAnswers,
    },
  ])(
    "is rebuilt from storage and has the recorded digest ($name)",
    async ({ provider, encode, answers }) => {
      const store = createMemoryArtifactStore();
      const artifacts = store.ofTenant(undefined);
      await using server = await startProvider((response) => {
        sendJson(response, 200, answers[server.requests.length - 1]);
      });
      const p = provider({ apiKey: "k", baseURL: server.baseURL });
      const limits = { maxOutputTokens: 500 };
      const caller = callerOf({ providers: { p }, artifacts: store, limits });
      const image = await artifacts.put(Uint8Array.of(1, 2, 3), "image/png");
      const events = sealAll([userMessage("hello", image)]);
      const first = await caller(callFor(events, 1), neverAborted());
      if (first.kind !== "answered") throw new Error("not answered");
      expect(first.answer.calls.map(({ callId }) => callId)).toEqual(["a", "a~2"]);
      events.push(...sealAll([answered(1, first.answer)], events.at(-1)));
      const second = await caller(callFor(events, 1), neverAborted());
      if (second.kind !== "answered") throw new Error("not answered");

      // From here on nothing but the log and the store.
      const { json, sha256 } = sealManifest(manifestOf(clerkOf({ limits })));
      const ref = { sha256, size: Buffer.byteLength(json), mediaType: "application/json" };
      const stored = new TextDecoder().decode(await artifacts.get(ref));
      const manifest = JSON.parse(stored) as AgentManifest;
      const choice = { provider: "p", model: "m" };
      const messages = await resolveMessages(assembleContext(events), artifacts, choice);
      const request = buildRequest({ manifest, model: "m", messages, maxOutputTokens: 500 });
      const rebuilt = encode(request);
      expect(JSON.parse(JSON.stringify(rebuilt))).toEqual(server.requests.at(-1)?.body);
      expect(digestOf(rebuilt)).toBe(second.requestDigest);
    },
  );
});
