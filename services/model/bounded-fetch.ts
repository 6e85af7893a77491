// Owns the bytes between the `openai` client and the network. A body is bounded, and read to its end
// within the call, so that a cut or endless one is a failure of the call; only a stream is passed on.
import { Agent, fetch as undiciFetch } from "undici";
import type { RequestInit as UndiciRequestInit, Response as UndiciResponse } from "undici";

/** Bytes of one response body, after decompression, above which the call fails. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const BODY_TOO_LARGE = "body_too_large";

// Node's own fetch gives up after 5 minutes without headers or body; an answer that is not
// streamed has neither until the model is done. The caller's signal is the only bound (F11).
const patient = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

/**
 * `fetch` for the `openai` client. Rejects when the body is cut or above MAX_BODY_BYTES; reading a stream
 * of events does so later.
 */
export async function boundedFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const url = input instanceof Request ? input.url : input;
  // Two libraries' names of one standard type.
  const request = init as unknown as UndiciRequestInit;
  const response = await undiciFetch(url, { ...request, dispatcher: patient });
  const how = { status: response.status, headers: [...response.headers] as [string, string][] };
  if (response.body === null) return new Response(null, how);
  const body = isEventStream(response)
    ? ReadableStream.from(bounded(response.body))
    : await readBounded(response.body);
  return new Response(body, how);
}

/** Whether it is answered with events that come one by one. */
export function isEventStream({ headers }: Pick<UndiciResponse | Response, "headers">): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** Whether this is the error of a body above MAX_BODY_BYTES. */
export function isBodyTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === BODY_TOO_LARGE;
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bounded(body)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, which closes the connection.
    if (size > MAX_BODY_BYTES) {
      throw Object.assign(new Error(`the response is above ${MAX_BODY_BYTES} bytes`), {
        code: BODY_TOO_LARGE,
      });
    }
    yield chunk;
  }
}
