// Owns a model provider of the tests' own: real HTTP on loopback, each answer written by the
// test, and every request kept as it arrived. Happy paths use @copilotkit/aimock instead.
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body. */
  readonly body: Record<string, unknown>;
}

export type Respond = (response: ServerResponse, request: ReceivedRequest) => void;

export interface ProviderServer extends AsyncDisposable {
  readonly baseURL: string;
  readonly requests: readonly ReceivedRequest[];
}

/** Starts a provider on 127.0.0.1; `respond` answers, or does not. */
export async function startProvider(respond: Respond): Promise<ProviderServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const request = { path: incoming.url ?? "", headers: incoming.headers, body };
      requests.push(request);
      respond(response, request);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A Chat Completions body with one choice. */
export function chatBody(message: Record<string, unknown>, finish = "stop"): unknown {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "test-model-2026",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  };
}

/** A Responses body with these output items. */
export function responsesBody(output: unknown[], rest: Record<string, unknown> = {}): unknown {
  return {
    id: "resp_1",
    object: "response",
    status: "completed",
    error: null,
    incomplete_details: null,
    model: "test-model-2026",
    output,
    usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
    ...rest,
  };
}
