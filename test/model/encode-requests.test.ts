// Owns the form of the two request bodies, and that what is sent is what was digested.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ResolvedMessage, ResolvedPart } from "../../contract/model.ts";
import { digestOf } from "../../core/digest.ts";
import { encodeChatRequest } from "../../services/model/encode-chat-request.ts";
import { encodeResponsesRequest } from "../../services/model/encode-responses-request.ts";
import { openaiChat } from "../../services/model/openai-chat.ts";
import { openaiResponses } from "../../services/model/openai-responses.ts";
import { chatBody, responsesBody, sendJson, startProvider } from "./provider-server.ts";
import { neverAborted, requestOf, WEATHER_TOOL } from "./requests.ts";

const png: ResolvedPart = {
  type: "image",
  mediaType: "image/png",
  bytes: Uint8Array.of(1, 2, 3),
};
const pdf: ResolvedPart = {
  type: "file",
  mediaType: "application/pdf",
  bytes: Uint8Array.of(4, 5),
  name: "bill.pdf",
};
const conversation: readonly ResolvedMessage[] = [
  { role: "user", parts: [{ type: "text", text: "look" }, png, pdf] },
  {
    role: "assistant",
    calls: [{ callId: "a", name: "weather", arguments: '{ "city" : "Bonn" }' }],
  },
  { role: "tool", callId: "a", text: "sunny" },
  { role: "assistant", text: "It is sunny.", calls: [] },
  { role: "developer", text: "Your last answer was empty." },
];
const output = {
  name: "answer",
  schema: z.toJSONSchema(z.object({ total: z.number() })) as Record<string, unknown>,
};

describe("the body of a Chat Completions request", () => {
  it("holds nothing that was not asked for", () => {
    expect(encodeChatRequest(requestOf())).toEqual({
      model: "test-model",
      messages: [
        { role: "system", content: "You are a clerk." },
        { role: "user", content: "hello" },
      ],
    });
  });

  it("holds parts, calls with null content, results, and the runtime's words", () => {
    const body = encodeChatRequest(requestOf({ messages: conversation, tools: [WEATHER_TOOL] }));
    expect(body.messages.slice(1)).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "look" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AQID" } },
          {
            type: "file",
            file: { filename: "bill.pdf", file_data: "data:application/pdf;base64,BAU=" },
          },
        ],
      },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: "a",
            type: "function",
            function: { name: "weather", arguments: '{ "city" : "Bonn" }' },
          },
        ],
      },
      { role: "tool", tool_call_id: "a", content: "sunny" },
      { role: "assistant", content: "It is sunny." },
      { role: "system", content: "Your last answer was empty." },
    ]);
    expect(body.tools).toEqual([
      {
        type: "function",
        function: {
          name: "weather",
          description: "Tells the weather.",
          parameters: WEATHER_TOOL.inputSchema,
        },
      },
    ]);
  });

  it("asks for the output's form, and for a cap only when there is one", () => {
    const body = encodeChatRequest(requestOf({ outputSchema: output, maxOutputTokens: 100 }));
    expect(body.max_completion_tokens).toBe(100);
    expect(body.response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "answer", schema: output.schema, strict: true },
    });
  });

  it("F4 sends a call of an impossible tool name back under one that servers take", () => {
    const calls = [{ callId: "a", name: "we ather\u{1f600}", arguments: "{}" }];
    const body = encodeChatRequest(requestOf({ messages: [{ role: "assistant", calls }] }));
    expect(body.messages[1]).toMatchObject({ tool_calls: [{ function: { name: "we_ather__" } }] });
  });
});

describe("the body of a Responses request", () => {
  it("keeps nothing at the provider", () => {
    expect(encodeResponsesRequest(requestOf())).toEqual({
      model: "test-model",
      instructions: "You are a clerk.",
      input: [{ role: "user", content: [{ type: "input_text", text: "hello" }] }],
      store: false,
      include: ["reasoning.encrypted_content"],
    });
  });

  it("does not ask a model without reasoning for its reasoning", () => {
    expect(encodeResponsesRequest(requestOf({ model: "gpt-4o-mini" }))).not.toHaveProperty(
      "include",
    );
    expect(encodeResponsesRequest(requestOf({ model: "gpt-5.2" }))).toHaveProperty("include");
  });

  it("holds parts, calls, results, and the runtime's words", () => {
    const body = encodeResponsesRequest(
      requestOf({ messages: conversation, tools: [WEATHER_TOOL], maxOutputTokens: 9 }),
    );
    expect(body.max_output_tokens).toBe(9);
    expect(body.tools).toMatchObject([{ type: "function", name: "weather", strict: false }]);
    expect(body.input).toEqual([
      {
        role: "user",
        content: [
          { type: "input_text", text: "look" },
          { type: "input_image", image_url: "data:image/png;base64,AQID", detail: "auto" },
          {
            type: "input_file",
            filename: "bill.pdf",
            file_data: "data:application/pdf;base64,BAU=",
          },
        ],
      },
      { type: "function_call", call_id: "a", name: "weather", arguments: '{ "city" : "Bonn" }' },
      { type: "function_call_output", call_id: "a", output: "sunny" },
      { role: "assistant", content: "It is sunny." },
      { role: "developer", content: "Your last answer was empty." },
    ]);
  });

  it("F5 sends the model's own items back as they came, under the runtime's call ids", () => {
    const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x==" };
    const call = { type: "function_call", id: "fc_1", call_id: "a", name: "w", arguments: "{}" };
    const items = JSON.stringify([reasoning, call, { ...call, id: "fc_2" }]);
    const calls = ["a", "a~2"].map((callId) => ({ callId, name: "w", arguments: "{}" }));
    const body = encodeResponsesRequest(
      requestOf({ messages: [{ role: "assistant", text: "unused", calls, items }] }),
    );
    expect(body.input).toEqual([reasoning, call, { ...call, id: "fc_2", call_id: "a~2" }]);
  });

  it("asks for the output's form, strictly only where strict mode takes the schema", () => {
    const strict = encodeResponsesRequest(requestOf({ outputSchema: output }));
    expect(strict.text).toEqual({
      format: { type: "json_schema", name: "answer", schema: output.schema, strict: true },
    });
    const loose = { type: "object", properties: { a: { type: "string" } } };
    const lax = encodeResponsesRequest(
      requestOf({ outputSchema: { name: "answer", schema: loose } }),
    );
    expect(lax.text).toMatchObject({ format: { strict: false } });
  });
});

describe("what goes out", () => {
  it("R2 is what the request digest is of, and what the encoder makes of the same request", async () => {
    const request = requestOf({ messages: conversation, tools: [WEATHER_TOOL] });
    await using server = await startProvider((response, { path }) => {
      sendJson(
        response,
        200,
        path.endsWith("responses") ? responsesBody([]) : chatBody({ content: "x" }),
      );
    });
    for (const [provider, encoded] of [
      [openaiChat({ apiKey: "k", baseURL: server.baseURL }), encodeChatRequest(request)],
      [openaiResponses({ apiKey: "k", baseURL: server.baseURL }), encodeResponsesRequest(request)],
    ] as const) {
      const reply = await provider.call(request, neverAborted());
      const sent = server.requests.at(-1)?.body;
      expect(sent).toEqual(encoded);
      expect(reply).toMatchObject({ kind: "answered", requestDigest: digestOf(sent) });
    }
  });

  it("R44 carries a key that is asked for at each call, and never shows it", async () => {
    await using server = await startProvider((response) => {
      sendJson(response, 200, chatBody({ content: "x" }));
    });
    const keys = ["key-one", "key-two"];
    const provider = openaiChat({
      apiKey: () => Promise.resolve(keys.shift() ?? "key-three\n"),
      baseURL: server.baseURL,
    });
    const replies = [
      await provider.call(requestOf(), neverAborted()),
      await provider.call(requestOf(), neverAborted()),
      await provider.call(requestOf(), neverAborted()),
    ];
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer key-one",
      "Bearer key-two",
    ]);
    expect(replies[2]).toEqual({ kind: "operator", code: "authentication" });
    expect(JSON.stringify(replies)).not.toContain("key-");
  });
});
