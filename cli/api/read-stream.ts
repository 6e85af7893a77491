// Owns how the command line reads a gateway's stream: the form that gateway/stream/event-sink.ts writes,
// until it is cut off.
import { setTimeout as delay } from "node:timers/promises";
import { interrupted } from "../problem.ts";
import type { Api, ApiRequest } from "./api.ts";

export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/**
 * `open` first, then as the gateway tells, until it ends or the signal aborts. Rejects as `Api.open` does where
 * the stream cannot be had.
 */
export async function* readStream(
  api: Api,
  request: ApiRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { body } = await api.open(request);
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  // By hand: a request forgets a signal that is made of others.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    yield { event: "open", data: {} };
    let rest = "";
    for (;;) {
      // A connection that breaks is an end, too.
      const { done, value = "" } = await reader.read().catch(() => ({ done: true, value: "" }));
      if (done) return;
      const blocks = `${rest}${value}`.split("\n\n");
      rest = blocks.pop() ?? "";
      yield* blocks.flatMap(eventIn);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

/** Of a comment, which is all that some blocks are, none. */
function eventIn(block: string): readonly StreamEvent[] {
  const fields = new Map(
    block.split("\n").map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const [event, data] = [fields.get("event"), fields.get("data")];
  return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) }];
}

/** As a stream's reader waits that was cut off. Rejects when it is interrupted. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw interrupted();
  });
}
