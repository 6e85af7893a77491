// Owns what each failure of a provider becomes, over real HTTP (F10): a value with a code and
// a status, never the provider's words, and never a second request.
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { ModelProvider, ProviderReply } from "../../contract/model.ts";
import { MAX_BODY_BYTES } from "../../services/model/bounded-fetch.ts";
import { openaiChat } from "../../services/model/openai-chat.ts";
import { openaiResponses } from "../../services/model/openai-responses.ts";
import { chatBody, sendJson, startProvider } from "./provider-server.ts";
import { neverAborted, requestOf } from "./requests.ts";

const CANARY = "canary-of-the-prompt";

interface Case {
  readonly status: number;
  readonly error?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

async function failWith(respond: (response: ServerResponse) => void): Promise<ProviderReply> {
  await using server = await startProvider(respond);
  const reply = await chatAt(server.baseURL).call(requestOf(), neverAborted());
  expect(server.requests).toHaveLength(1);
  expect(JSON.stringify(reply)).not.toContain(CANARY);
  return reply;
}

function chatAt(baseURL: string): ModelProvider {
  return openaiChat({ apiKey: "k", baseURL, gate: { now: () => 0, random: () => 0 } });
}

function failWithCase({ status, error = {}, headers }: Case): Promise<ProviderReply> {
  const body = { error: { message: CANARY, ...error } };
  return failWith((response) => sendJson(response, status, body, headers));
}

describe("F10 a provider that says later", () => {
  it.each<[Case, string]>([
    [{ status: 408 }, "timeout"],
    [{ status: 409 }, "server_error"],
    [{ status: 429 }, "rate_limited"],
    [{ status: 500 }, "server_error"],
    [{ status: 502 }, "server_error"],
    [{ status: 503 }, "overloaded"],
    [{ status: 504 }, "timeout"],
    [{ status: 529 }, "overloaded"],
    [{ status: 599 }, "server_error"],
  ])("%j is %s", async (failure, code) => {
    const { status } = failure;
    expect(await failWithCase(failure)).toMatchObject({ kind: "wait", code, status });
  });

  it("is waited for as long as it says", async () => {
    const reply = await failWithCase({ status: 503, headers: { "retry-after-ms": "4321" } });
    expect(reply).toEqual({ kind: "wait", code: "overloaded", status: 503, retryAfterMs: 4321 });
  });
});

describe("F10 a provider that only an operator can mend", () => {
  it.each<[Case, string]>([
    [{ status: 401 }, "authentication"],
    [{ status: 402 }, "quota_exhausted"],
    [{ status: 403 }, "permission"],
    [{ status: 404 }, "model_not_found"],
    [{ status: 429, error: { code: "insufficient_quota" } }, "quota_exhausted"],
    [{ status: 400, error: { code: "model_not_found" } }, "model_not_found"],
    [{ status: 400, error: { message: `API key not valid. ${CANARY}` } }, "authentication"],
  ])("%j is %s", async (failure, code) => {
    const { status } = failure;
    expect(await failWithCase(failure)).toEqual({ kind: "operator", code, status });
  });
});

describe("a request that will never succeed", () => {
  const tooLong = [
    "This model's maximum context length is 8192 tokens.",
    "prompt is too long: 200001 tokens > 200000 maximum",
    "the request exceeds the available context size, try increasing it",
    "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "The input token count (1048577) exceeds the maximum number of tokens allowed",
    "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000",
    "`inputs` tokens + `max_new_tokens` must be <= 4096",
  ];
  it.each<[Case, string]>([
    [{ status: 400, error: { code: "context_length_exceeded" } }, "context_overflow"],
    ...tooLong.map((message): [Case, string] => [
      { status: 400, error: { message: `${message} ${CANARY}` } },
      "context_overflow",
    ]),
    [{ status: 413 }, "context_overflow"],
    [{ status: 429, error: { message: "Request too large for m on TPM" } }, "context_overflow"],
    [{ status: 400, error: { code: "content_policy_violation" } }, "content_filter"],
    [{ status: 400, error: { code: "content_filter" } }, "content_filter"],
    [{ status: 400 }, "invalid_request"],
    [{ status: 405 }, "invalid_request"],
    [{ status: 422 }, "invalid_request"],
  ])("%j is %s", async (failure, code) => {
    const { status } = failure;
    expect(await failWithCase(failure)).toEqual({ kind: "terminal", code, status });
  });
});

describe("F10 a connection that fails", () => {
  it("before it is made", async () => {
    const server = await startProvider(() => undefined);
    await server[Symbol.asyncDispose]();
    const reply = await chatAt(server.baseURL).call(requestOf(), neverAborted());
    expect(reply).toEqual({ kind: "wait", code: "connection" });
  });

  it("before the answer, and in the middle of it", async () => {
    const lost = { kind: "wait", code: "connection" };
    expect(await failWith((response) => response.destroy())).toEqual(lost);
    const cut = await failWith((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"choices":[{"message":{"tool_calls":[');
      response.flushHeaders();
      setImmediate(() => response.destroy());
    });
    expect(cut).toEqual(lost);
  });

  it.each(["", "{", "<html>busy</html>", "[]", '{"choices":[]}', "null"])(
    "with a body that is no answer: %j",
    async (body) => {
      const reply = await failWith((response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(body);
      });
      expect(reply).toEqual({ kind: "wait", code: "malformed_response" });
    },
  );

  it("with a body that is nested beyond the stack", async () => {
    const depth = 100_000;
    const item = `{"type":"x","y":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    await using server = await startProvider((response) => response.end(`{"output":[${item}]}`));
    const provider = openaiResponses({ apiKey: "k", baseURL: server.baseURL });
    const reply = await provider.call(requestOf(), neverAborted());
    expect(reply).toEqual({ kind: "wait", code: "malformed_response" });
  });

  it("with an error body that is no JSON, or stranger than that", async () => {
    const body = { error: { message: { toString: 1, valueOf: 1 }, code: [], type: {} } };
    expect(await failWith((response) => sendJson(response, 500, body))).toMatchObject({
      code: "server_error",
    });
    const html = await failWith((response) => {
      response.writeHead(502);
      response.end(`<html>${CANARY}</html>`);
    });
    expect(html).toMatchObject({ kind: "wait", code: "server_error" });
  });
});

describe("a large body", () => {
  it("F10 of 10 MB is an answer", async () => {
    const text = "x".repeat(10_000_000);
    const reply = await failWith((response) =>
      sendJson(response, 200, chatBody({ content: text })),
    );
    expect((reply as { text: string }).text).toBe(text);
  });

  it("F10 above the bound is cut off, and the server notices", async () => {
    let sent = 0;
    const chunk = "x".repeat(1024 * 1024);
    const endless = (response: ServerResponse): void => {
      response.writeHead(200, { "content-type": "application/json" });
      const pump = (): void => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once("drain", pump);
            return;
          }
        }
      };
      pump();
    };
    expect(await failWith(endless)).toEqual({ kind: "wait", code: "malformed_response" });
    expect(sent).toBeGreaterThan(MAX_BODY_BYTES);
    expect(sent).toBeLessThan(2 * MAX_BODY_BYTES);
  });
});

describe("an abort", () => {
  it.each(["before the headers", "in the middle of the body"])(
    "%s is an AbortError, and the provider sees the connection go",
    async (moment) => {
      const gone = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      await using server = await startProvider((response) => {
        response.on("close", gone.resolve);
        if (moment !== "before the headers") {
          response.writeHead(200, { "content-type": "application/json" });
          response.write('{"choices":');
        }
        arrived.resolve();
      });
      const abort = new AbortController();
      const call = chatAt(server.baseURL).call(requestOf(), abort.signal);
      await arrived.promise;
      abort.abort(new Error("a reason of the caller's own"));
      await expect(call).rejects.toMatchObject({ name: "AbortError" });
      await gone.promise;
    },
  );

  it("before the call sends nothing", async () => {
    await using server = await startProvider((response) => sendJson(response, 200, {}));
    const call = chatAt(server.baseURL).call(requestOf(), AbortSignal.abort());
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(server.requests).toHaveLength(0);
  });
});
