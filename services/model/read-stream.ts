// Owns an answer that is streamed: its text is told while it is written, and what is left at the end is
// one body, as it would have come without a stream. A stream that ends early is no answer.
import type { OpenAI } from "openai";
import { Stream } from "openai/streaming";
import type { HearText, ProviderReply } from "../../contract/model.ts";
import { abortError } from "./abort.ts";
import { isBodyTooLarge } from "./bounded-fetch.ts";
import { MALFORMED } from "./provider-trouble.ts";

export type Trouble = Exclude<ProviderReply, { kind: "answered" }>;

/** Makes one body of a dialect's events; undefined where they end before their answer does. */
export type ReadEvents = (
  events: AsyncIterable<object>,
  hear: HearText,
) => Promise<object | undefined>;

/** The body as JSON text. Rejects with an AbortError when the signal aborts. */
export async function readStream(
  response: Response,
  {
    read,
    hear,
    signal,
    client,
  }: {
    readonly read: ReadEvents;
    readonly hear: HearText;
    readonly signal: AbortSignal;
    readonly client: OpenAI;
  },
): Promise<string | Trouble> {
  try {
    // Errors are events as well: what a server says of them is sorted like that of any body.
    const events = Stream.fromSSEResponse<object>(
      response,
      new AbortController(),
      client,
      false,
      "events",
    );
    const body = await read(events, hear);
    if (signal.aborted) throw abortError();
    return body === undefined ? { kind: "wait", code: "connection" } : JSON.stringify(body);
  } catch (error) {
    if (signal.aborted) throw abortError();
    if (error instanceof SyntaxError || isBodyTooLarge(error)) return MALFORMED;
    return { kind: "wait", code: "connection" };
  }
}
