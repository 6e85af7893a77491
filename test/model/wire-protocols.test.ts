// Owns the two wire protocols against @copilotkit/aimock, a provider that others wrote.
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ModelProvider, ProviderReply } from "../../contract/model.ts";
import { openaiChat } from "../../services/model/openai-chat.ts";
import { openaiResponses } from "../../services/model/openai-responses.ts";
import { neverAborted, requestOf, WEATHER_TOOL } from "./requests.ts";

const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true });
beforeAll(async () => {
  await mock.start();
});
afterAll(async () => {
  await mock.stop();
});
beforeEach(() => {
  mock.reset();
});

// A clock that stands still, so that pauses are exact.
const gate = { now: () => 0, random: () => 0 };
const dialects: readonly (readonly [string, () => ModelProvider])[] = [
  ["chat", () => openaiChat({ apiKey: "k", baseURL: `${mock.url}/v1`, gate })],
  ["responses", () => openaiResponses({ apiKey: "k", baseURL: `${mock.url}/v1`, gate })],
];

function answered(reply: ProviderReply): Extract<ProviderReply, { kind: "answered" }> {
  if (reply.kind !== "answered") throw new Error(`not answered: ${JSON.stringify(reply)}`);
  return reply;
}

describe.each(dialects)("the %s dialect", (_, provider) => {
  it("R11 answers with text, usage, the model, and the whole response", async () => {
    mock.onMessage("hello", {
      content: "Good day.",
      model: "test-model-2026",
      usage: { prompt_tokens: 5, completion_tokens: 3 },
    });
    const reply = answered(await provider().call(requestOf(), neverAborted()));
    expect(reply).toMatchObject({
      text: "Good day.",
      calls: [],
      finish: "stop",
      usage: { inputTokens: 5, outputTokens: 3 },
      model: "test-model-2026",
    });
    expect(reply.response).toContain("Good day.");
    expect(reply.requestDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("hands over several calls in order, their arguments byte for byte", async () => {
    const first = '{ "city":"Köln",  "n": 1.0 }';
    mock.onMessage("hello", {
      toolCalls: [
        { id: "call_a", name: "weather", arguments: first },
        { id: "call_b", name: "weather", arguments: '{"city":"Bonn"}' },
      ],
    });
    const request = requestOf({ tools: [WEATHER_TOOL] });
    const reply = answered(await provider().call(request, neverAborted()));
    expect(reply.finish).toBe("tool-calls");
    expect(reply.text).toBeUndefined();
    expect(reply.calls).toEqual([
      { callId: "call_a", name: "weather", arguments: first },
      { callId: "call_b", name: "weather", arguments: '{"city":"Bonn"}' },
    ]);
  });

  it("sends the conversation with its calls and results", async () => {
    mock.on({ toolCallId: "call_a", toolResultContains: "sunny" }, { content: "It is sunny." });
    const calls = [{ callId: "call_a", name: "weather", arguments: '{"city":"Bonn"}' }];
    const request = requestOf({
      tools: [WEATHER_TOOL],
      messages: [
        ...requestOf().messages,
        { role: "assistant", calls },
        { role: "tool", callId: "call_a", text: "sunny" },
      ],
    });
    const reply = answered(await provider().call(request, neverAborted()));
    expect(reply.text).toBe("It is sunny.");
    const sent = mock.getLastRequest()?.body as { messages: unknown[] };
    expect(sent.messages).toMatchObject([
      { role: "system", content: "You are a clerk." },
      { role: "user", content: "hello" },
      {
        role: "assistant",
        tool_calls: [{ id: "call_a", function: { arguments: '{"city":"Bonn"}' } }],
      },
      { role: "tool", tool_call_id: "call_a", content: "sunny" },
    ]);
  });

  it("F9 says that an answer was cut for its length, text and calls alike", async () => {
    mock.onMessage("hello", { content: "Good d", finishReason: "length" });
    const reply = answered(await provider().call(requestOf(), neverAborted()));
    expect(reply).toMatchObject({ finish: "length", text: "Good d" });
    mock.reset();
    mock.onMessage("hello", {
      toolCalls: [{ id: "a", name: "weather", arguments: '{"city":"Bo' }],
      finishReason: "length",
    });
    const cut = answered(await provider().call(requestOf(), neverAborted()));
    expect(cut).toMatchObject({ finish: "length", calls: [{ arguments: '{"city":"Bo' }] });
  });

  it("hands over structured output as the model wrote it", async () => {
    mock.onMessage("hello", { content: '{ "total": 3 }' });
    const schema = { type: "object", properties: {}, required: [], additionalProperties: false };
    const request = requestOf({ outputSchema: { name: "answer", schema } });
    const reply = answered(await provider().call(request, neverAborted()));
    expect(reply.text).toBe('{ "total": 3 }');
  });

  it("F10 honours the Retry-After of a real rate limit answer", async () => {
    mock.onMessage("hello", { error: { message: "slow down" }, status: 429, retryAfter: 7 });
    const reply = await provider().call(requestOf(), neverAborted());
    expect(reply).toEqual({
      kind: "wait",
      code: "rate_limited",
      status: 429,
      retryAfterMs: 7_000,
    });
  });
});
