// Owns answers that are streamed: the text is told piece by piece, what it comes to is what it would have
// been without a stream, and a stream that ends early is trouble and never half an answer (R104, F10).
import { LLMock } from "@copilotkit/aimock";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ModelProvider, ProviderReply } from "../../contract/model.ts";
import { openaiChat } from "../../services/model/openai-chat.ts";
import { openaiResponses } from "../../services/model/openai-responses.ts";
import { startProvider } from "./provider-server.ts";
import { neverAborted, requestOf, WEATHER_TOOL } from "./requests.ts";

const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true });
beforeAll(async () => {
  await mock.start();
});
afterAll(() => mock.stop());
beforeEach(() => {
  mock.reset();
});

const gate = { now: () => 0, random: () => 0 };
const DIALECTS = {
  chat: (baseURL: string) => openaiChat({ apiKey: "k", baseURL, gate }),
  responses: (baseURL: string) => openaiResponses({ apiKey: "k", baseURL, gate }),
} satisfies Record<string, (baseURL: string) => ModelProvider>;
type Dialect = keyof typeof DIALECTS;
const dialects = Object.keys(DIALECTS) as Dialect[];

/** What it comes to, and the pieces that were told. */
async function streamed(provider: ModelProvider, more: Parameters<typeof requestOf>[0] = {}) {
  const pieces: string[] = [];
  const reply = await provider.call(requestOf(more), neverAborted(), (piece) => pieces.push(piece));
  return { reply, pieces };
}

/** But for what names the exchange itself. */
function essence(reply: ProviderReply) {
  if (reply.kind !== "answered") throw new Error(`not answered: ${JSON.stringify(reply)}`);
  const { response: _response, requestDigest: _digest, items: _items, ...rest } = reply;
  return rest;
}

describe.each(dialects)("R104 the %s dialect, streamed", (dialect) => {
  const provider = () => DIALECTS[dialect](`${mock.url}/v1`);

  it("tells the text in pieces, and comes to the same answer", async () => {
    const content = "It is sunny in Köln, and it will be so tomorrow 🌞.";
    mock.onMessage("hello", {
      content,
      model: "test-model-2026",
      usage: { prompt_tokens: 5, completion_tokens: 3 },
    });
    const { reply, pieces } = await streamed(provider());
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe(content);
    const plain = await provider().call(requestOf(), neverAborted());
    expect(essence(reply)).toEqual(essence(plain));
    expect(reply).toMatchObject({ text: content, usage: { inputTokens: 5, outputTokens: 3 } });
  });

  it("tells no text of calls, and hands them over byte for byte", async () => {
    const written = '{ "city":"Köln",  "n": 1.0 }';
    mock.onMessage("hello", {
      toolCalls: [
        { id: "call_a", name: "weather", arguments: written },
        { id: "call_b", name: "weather", arguments: '{"city":"Bonn"}' },
      ],
    });
    const { reply, pieces } = await streamed(provider(), { tools: [WEATHER_TOOL] });
    expect(pieces).toEqual([]);
    expect(reply).toMatchObject({
      finish: "tool-calls",
      calls: [
        { callId: "call_a", name: "weather", arguments: written },
        { callId: "call_b", name: "weather", arguments: '{"city":"Bonn"}' },
      ],
    });
  });
});

const EVENTS: Readonly<Record<Dialect, readonly object[]>> = {
  chat: [
    {
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta: { role: "assistant", content: "It is " }, finish_reason: null }],
    },
  ],
  responses: [
    {
      type: "response.output_text.delta",
      item_id: "i",
      output_index: 0,
      content_index: 0,
      delta: "It is ",
      sequence_number: 1,
      logprobs: [],
    },
  ],
};

const line = (event: object | string): string =>
  `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;

/** A provider that begins its answer, and then does this. */
const breaking = (dialect: Dialect, then: (response: ServerResponse) => void) =>
  startProvider((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(EVENTS[dialect].map(line).join(""));
    setImmediate(() => then(response));
  });

describe.each(dialects)("R104 F10 the %s dialect, of a stream that goes wrong", (dialect) => {
  const error = { code: "server_error", message: "it broke", type: "server_error" };
  it.each([
    ["is cut", (response: ServerResponse) => response.destroy(), "connection"],
    ["ends too soon", (response: ServerResponse) => response.end(), "connection"],
    ["is not JSON", (response: ServerResponse) => response.end(line("{")), "malformed_response"],
    [
      "brings an error",
      (response: ServerResponse) =>
        response.end(line(dialect === "chat" ? { error } : { ...error, type: "error" })),
      "server_error",
    ],
  ] as const)("that %s is trouble, and its text was told", async (_, then, code) => {
    await using server = await breaking(dialect, then);
    const { reply, pieces } = await streamed(DIALECTS[dialect](server.baseURL));
    expect(reply).toEqual({ kind: "wait", code });
    expect(pieces).toEqual(["It is "]);
  });

  it("ends when it is aborted", async () => {
    const stop = new AbortController();
    await using server = await breaking(dialect, () => undefined);
    const call = DIALECTS[dialect](server.baseURL).call(requestOf(), stop.signal, () =>
      stop.abort(),
    );
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  it("takes the answer of a server that knows no streams", async () => {
    mock.onMessage("hello", { content: "Good day." });
    const plain = await DIALECTS[dialect](`${mock.url}/v1`).call(requestOf(), neverAborted());
    if (plain.kind !== "answered") throw new Error("not answered");
    await using server = await startProvider((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(plain.response);
    });
    const { reply, pieces } = await streamed(DIALECTS[dialect](server.baseURL));
    expect(essence(reply)).toEqual(essence(plain));
    expect(pieces).toEqual([]);
    expect(server.requests[0]?.body["stream"]).toBe(true);
  });
});
