// Owns the two ends of one request right upon its HTTP/2 stream, with what the SDK's handler uses of Node's
// compatible objects and no more. Those are two further streams for each request, which cost a short
// invocation a quarter of its CPU.
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";

export interface Exchange {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
}

type Done = (error?: Error | null) => void;

export function exchangeOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
  const chunks = readerOf(stream);
  const request = {
    url: String(headers[":path"]),
    headers,
    httpVersionMajor: 2,
    once: (event: "close", listener: () => void) => stream.once(event, listener),
    [Symbol.asyncIterator]: () => chunks,
  };
  const response = {
    stream,
    once: (event: "close", listener: () => void) => stream.once(event, listener),
    writeHead: (status: number, more: OutgoingHttpHeaders = {}) => {
      if (!isGone(stream)) stream.respond({ ":status": status, ...more });
      return response;
    },
    write: (chunk: Uint8Array | string, done: Done) => {
      if (isGone(stream)) process.nextTick(done, gone());
      else stream.write(chunk, done);
    },
    end: (...given: readonly unknown[]) => {
      const [body, done] = typeof given[0] === "function" ? [undefined, given[0]] : given;
      const then = done as (() => void) | undefined;
      if (isGone(stream)) {
        if (then !== undefined) process.nextTick(then);
      } else stream.end(body, then);
    },
  };
  // With fewer members than their types have; a test holds the SDK to them.
  return {
    request: request as unknown as Http2ServerRequest,
    response: response as unknown as Http2ServerResponse,
  };
}

function isGone(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed;
}

/** By this code the SDK knows that the other side has gone. */
function gone(): Error {
  return Object.assign(new Error("the stream is closed"), { code: "ERR_HTTP2_INVALID_STREAM" });
}

/** A body's chunks as they come. Rejects where the stream is closed before the body's end. */
function readerOf(stream: ServerHttp2Stream): AsyncIterator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let state: "open" | "ended" | "cut" = "open";
  let waiting: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined;
  const wake = (): void => {
    const waited = waiting;
    if (waited === undefined) return;
    const [chunk] = chunks.splice(0, 1);
    if (chunk === undefined && state === "open") return;
    waiting = undefined;
    if (chunk !== undefined) waited.resolve({ done: false, value: chunk });
    else if (state === "ended") waited.resolve({ done: true, value: undefined });
    else waited.reject(gone());
  };
  stream.on("data", (chunk: Uint8Array) => {
    chunks.push(chunk);
    wake();
  });
  stream.once("end", () => {
    // One that was cut off ends as well.
    state = stream.aborted ? "cut" : "ended";
    wake();
  });
  stream.once("close", () => {
    if (state === "open") state = "cut";
    wake();
  });
  // What it says of an error is said by its close.
  stream.on("error", () => undefined);
  return {
    next: () => {
      waiting = Promise.withResolvers();
      const { promise } = waiting;
      wake();
      return promise;
    },
  };
}
