// Owns the form in which a stream's events leave: server-sent events (WHATWG HTML, 9.2), as hono writes them.
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

export interface StreamEvent {
  readonly event: string;
  readonly data: object;
  /** Where a reader goes on who gives it as `Last-Event-ID`. */
  readonly id?: string;
}

export interface EventSink {
  /** Resolves when there is room for more. */
  send(event: StreamEvent): Promise<void>;
}

/** Runs until it is done, the reader is gone, or the gateway closes; the signal says so. */
export type RunStream = (sink: EventSink, signal: AbortSignal) => Promise<void>;

/** Nothing else may come for so long: proxies cut connections that are silent, in milliseconds. */
const BEAT_MS = 15_000;
/** A reader who is cut off comes back after so long, in milliseconds. */
const RETRY_MS = 1_000;

export function sendEvents(
  c: Context,
  run: RunStream,
  { closing, failed }: { readonly closing: AbortSignal; readonly failed: (error: unknown) => void },
): Response {
  // A proxy that buffers would hold them back.
  c.header("x-accel-buffering", "no");
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing, c.req.raw.signal]);
    const beat = setInterval(() => void stream.write(": still here\n\n"), BEAT_MS);
    try {
      await stream.write(`retry: ${RETRY_MS}\n\n`);
      const send = ({ event, data, id }: StreamEvent) =>
        stream.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });
      await run({ send }, signal);
    } catch (error) {
      // The reader comes back by itself, and is told then.
      if (!signal.aborted) failed(error);
    } finally {
      clearInterval(beat);
    }
  });
}
