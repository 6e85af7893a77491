// Owns what a streamed answer of the Responses API comes to: its last event has the whole object.
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import type { ReadEvents } from "./read-stream.ts";

export const readResponsesStream: ReadEvents = async (events, hear) => {
  for await (const event of events as AsyncIterable<ResponseStreamEvent>) {
    if (event.type === "response.output_text.delta") hear(event.delta);
    else if (isLast(event)) return event.response;
    else if (event.type === "error") return { error: { code: event.code, message: event.message } };
  }
  return undefined;
};

type Last = Extract<
  ResponseStreamEvent,
  { readonly response: object; readonly type: `${string}ed` }
>;

function isLast(event: ResponseStreamEvent): event is Last {
  return /^response\.(completed|incomplete|failed)$/.test(event.type);
}
