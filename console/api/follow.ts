// Owns a reader of a stream of the gateway's: by fetch, since a browser's own reader sends no header; it comes
// back by itself when it is cut off, and goes on behind the last event that had an id.
import { addressOf, isProblem, type Query, request } from "./gateway.ts";
import { createEventReader, type StreamEvent } from "./sse-lines.ts";

export type Connection = "connecting" | "live" | "lost";

export interface Following {
  readonly path: string;
  readonly query?: Query;
  /** Called for each event, in order. */
  readonly hear: (event: StreamEvent) => void;
  readonly tellConnection: (connection: Connection) => void;
  readonly signal: AbortSignal;
}

/** Pauses before it comes back: the first, doubled each time, and the longest, in milliseconds. */
const PAUSE_MS = { first: 500, longest: 15_000 };
/** The gateway says something every 15 s; a connection that is silent for longer is none. */
const SILENT_MS = 40_000;

/** Resolves when the stream says `end`, or the signal aborts; rejects where it is refused for good. */
export async function follow({ path, query = {}, hear, tellConnection, signal }: Following) {
  let last: string | undefined;
  let pause = PAUSE_MS.first;
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  const take = (event: StreamEvent): void => {
    last = event.id ?? last;
    if (event.event === "end") ended.abort();
    pause = PAUSE_MS.first;
    hear(event);
  };
  while (!over.aborted) {
    const headers = last === undefined ? {} : { "last-event-id": last };
    try {
      await readOnce({ address: addressOf(path, query), headers, take, tellConnection, signal });
    } catch (error) {
      if (isProblem(error) && error.status >= 400 && error.status < 500) throw error;
    }
    if (over.aborted) return;
    tellConnection("lost");
    await wait(pause, over);
    pause = Math.min(pause * 2, PAUSE_MS.longest);
  }
}

interface Reading extends Pick<Following, "tellConnection" | "signal"> {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly take: (event: StreamEvent) => void;
}

async function readOnce({ address, headers, take, tellConnection, signal }: Reading) {
  const cut = new AbortController();
  let bound = setTimeout(() => cut.abort(), SILENT_MS);
  try {
    const response = await request(address, {
      headers,
      signal: AbortSignal.any([signal, cut.signal]),
    });
    if (response.body === null) return;
    tellConnection("live");
    const read = createEventReader();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(bound);
      bound = setTimeout(() => cut.abort(), SILENT_MS);
      for (const event of read(value)) take(event);
    }
  } finally {
    clearTimeout(bound);
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const wake = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", wake, { once: true });
    // Whoever comes back online need not wait.
    window.addEventListener("online", wake, { once: true });
  });
}
