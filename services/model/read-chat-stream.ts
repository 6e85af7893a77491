// Owns what a streamed answer of Chat Completions comes to: the `openai` package puts the chunks together.
import { ChatCompletionStream } from "openai/lib/ChatCompletionStream";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { ReadEvents } from "./read-stream.ts";

export const readChatStream: ReadEvents = async (events, hear) => {
  const lines: string[] = [];
  for await (const event of events as AsyncIterable<Partial<ChatCompletionChunk>>) {
    if ("error" in event) return event;
    const piece = event.choices?.[0]?.delta.content;
    if (typeof piece === "string") hear(piece);
    lines.push(`${JSON.stringify(event)}\n`);
  }
  // It rejects where the chunks end before the answer does.
  const chunks = ReadableStream.from(lines.map((line) => new TextEncoder().encode(line)));
  return ChatCompletionStream.fromReadableStream(chunks).finalChatCompletion();
};
