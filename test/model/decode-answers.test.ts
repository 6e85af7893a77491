// Owns the reading of bodies that a well-behaved mock does not send: refusals, reasoning,
// cut answers, odd servers, and any JSON at all.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeChatAnswer } from "../../services/model/decode-chat-answer.ts";
import { decodeResponsesAnswer } from "../../services/model/decode-responses-answer.ts";
import { parseWireJson } from "../../services/model/wire-json.ts";
import { chatBody, responsesBody } from "./provider-server.ts";
import { requestOf } from "./requests.ts";

const chat = (body: unknown) => decodeChatAnswer(body, requestOf());
const responses = (body: unknown) => decodeResponsesAnswer(body, requestOf());
const call = (id: unknown, text: unknown) => ({
  id,
  function: { name: "weather", arguments: text },
});

describe("a Chat Completions body", () => {
  it("tells a refusal from an answer", () => {
    const reply = chat(chatBody({ content: null, refusal: "I will not." }));
    expect(reply).toMatchObject({ kind: "answered", refusal: "I will not.", calls: [] });
    expect(reply).not.toHaveProperty("text");
  });

  it("F9 tells an answer that a filter cut", () => {
    expect(chat(chatBody({ content: "I" }, "content_filter"))).toMatchObject({
      finish: "content-filter",
    });
  });

  it("keeps calls of servers that give no id, no arguments, or another reason", () => {
    const body = chatBody({ tool_calls: [call("", null), call(undefined, "{}")] }, "stop");
    expect(chat(body)).toMatchObject({
      finish: "tool-calls",
      calls: [
        { callId: "call_0", arguments: "" },
        { callId: "call_1", arguments: "{}" },
      ],
    });
  });

  it("keeps what was counted in detail, and an answer whose counters are broken", () => {
    const body = chatBody({ content: "x" }) as Record<string, unknown>;
    const details = {
      prompt_tokens: 9,
      completion_tokens: 8,
      prompt_tokens_details: { cached_tokens: 7 },
      completion_tokens_details: { reasoning_tokens: 6 },
    };
    expect(chat({ ...body, usage: details })).toMatchObject({
      usage: { inputTokens: 9, outputTokens: 8, cachedInputTokens: 7, reasoningTokens: 6 },
    });
    expect(chat({ ...body, usage: { prompt_tokens: "many" } })).toMatchObject({
      kind: "answered",
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  it("F10 takes an error that a gateway wraps into a body for what it is", () => {
    expect(chat({ error: { code: 503, message: "upstream" } })).toMatchObject({
      kind: "wait",
      code: "overloaded",
    });
    expect(chat({ error: { code: 401, message: "no" } })).toMatchObject({ kind: "operator" });
    expect(chat(chatBody({ content: "half an ans" }, "error"))).toMatchObject({ kind: "wait" });
  });

  it.each([null, 1, "x", [], {}, { choices: [] }, { choices: [{ message: 3 }] }])(
    "F10 takes %j for a malformed response",
    (body) => {
      expect(chat(body)).toEqual({ kind: "wait", code: "malformed_response" });
    },
  );
});

describe("a Responses body", () => {
  const message = (content: unknown[], rest = {}) => ({ type: "message", content, ...rest });
  const reasoning = { type: "reasoning", id: "rs", summary: [], encrypted_content: "x==" };

  it("joins the text, keeps refusals apart, and keeps every item as it came", () => {
    const output = [
      reasoning,
      message([
        { type: "output_text", text: "Good " },
        { type: "refusal", refusal: "No." },
      ]),
      message([{ type: "output_text", text: "day.", annotations: [] }], { id: "msg_2" }),
    ];
    const reply = responses(responsesBody(output));
    expect(reply).toMatchObject({ text: "Good day.", refusal: "No.", finish: "stop" });
    expect(JSON.parse((reply as { items: string }).items)).toEqual(output);
  });

  it("takes the final answer for the text where the model commented on its way", () => {
    const output = [
      message([{ type: "output_text", text: "Let me see." }], { phase: "commentary" }),
      message([{ type: "output_text", text: "{}" }], { phase: "final_answer" }),
    ];
    expect(responses(responsesBody(output))).toMatchObject({ text: "{}" });
  });

  it("F9 tells a cut answer, by length and by a filter", () => {
    const cut = (reason: string) =>
      responses(
        responsesBody([reasoning], { status: "incomplete", incomplete_details: { reason } }),
      );
    expect(cut("max_output_tokens")).toMatchObject({ finish: "length" });
    expect(cut("content_filter")).toMatchObject({ finish: "content-filter" });
  });

  it("F10 takes a failed response for the trouble that it is", () => {
    const failed = (code: string) =>
      responses(responsesBody([], { status: "failed", error: { code, message: "x" } }));
    expect(failed("server_error")).toMatchObject({ kind: "wait", code: "server_error" });
    expect(failed("rate_limit_exceeded")).toMatchObject({ kind: "wait", code: "rate_limited" });
    expect(failed("invalid_prompt")).toMatchObject({ kind: "terminal", code: "content_filter" });
    expect(failed("invalid_image")).toMatchObject({ kind: "terminal", code: "invalid_request" });
    expect(responses(responsesBody([], { status: "in_progress" }))).toMatchObject({ kind: "wait" });
  });

  it.each([null, [], {}, { output: 1 }, { output: [{ type: "function_call" }] }])(
    "F10 takes %j for a malformed response",
    (body) => {
      expect(responses(body)).toEqual({ kind: "wait", code: "malformed_response" });
    },
  );
});

describe("any JSON", () => {
  it("F10 is decoded or sorted, and never thrown over", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const body of [value, { choices: [value] }, { output: [value] }, { error: value }]) {
          expect(["answered", "wait", "operator", "terminal"]).toContain(chat(body).kind);
          expect(["answered", "wait", "operator", "terminal"]).toContain(responses(body).kind);
        }
      }),
    );
  });

  it("is read into well-formed text, and otherwise as JSON is", () => {
    expect(parseWireJson(String.raw`["\ud800", "\ud83d\ude00", "\\ud800", "\udc00x"]`)).toEqual([
      "\ufffd",
      "\u{1f600}",
      String.raw`\ud800`,
      "\ufffdx",
    ]);
    const anyText = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.jsonValue(), anyText, (value, text) => {
        const parsed = parseWireJson(JSON.stringify([value, text, { [text]: text }]));
        const wellFormed = text.toWellFormed();
        expect(parsed).toEqual([
          JSON.parse(JSON.stringify(value)),
          wellFormed,
          { [wellFormed]: wellFormed },
        ]);
      }),
    );
  });
});
