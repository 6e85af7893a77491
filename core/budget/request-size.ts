// Owns how large a model request is, from a manifest and a context, without loading what is kept
// by reference. Every text counts in the form in which it is largest.
import type { StoredText } from "../../contract/artifact.ts";
import type { AgentManifest, ContextMessage, ModelAnswer } from "../../contract/model.ts";
import type { RequestSize } from "./estimate.ts";

const NOTHING: RequestSize = { textBytes: 0, parts: 0, images: 0, fileBytes: 0 };

export function requestSize(
  { instructions, tools, outputSchema }: AgentManifest,
  context: readonly ContextMessage[],
): RequestSize {
  const told = [instructions, JSON.stringify(tools), JSON.stringify(outputSchema ?? {})];
  const fixed: RequestSize = {
    ...NOTHING,
    textBytes: told.reduce((sum, text) => sum + utf8Bytes(text), 0),
    parts: tools.length + 2,
  };
  return context.map(messageSize).reduce(add, fixed);
}

function add(a: RequestSize, b: RequestSize): RequestSize {
  return {
    textBytes: a.textBytes + b.textBytes,
    parts: a.parts + b.parts,
    images: a.images + b.images,
    fileBytes: a.fileBytes + b.fileBytes,
  };
}

function messageSize(message: ContextMessage): RequestSize {
  switch (message.role) {
    case "user":
      return message.parts.map(partSize).reduce(add, NOTHING);
    case "assistant":
      return answerSize(message.answer);
    case "tool":
      return textSize(bytesOf(message.result) + utf8Bytes(message.callId));
    case "result":
      return add(textSize(utf8Bytes(message.text)), textSize(bytesOf(message.result)));
    case "developer":
      return textSize(utf8Bytes(message.text));
  }
}

type Part = Extract<ContextMessage, { role: "user" }>["parts"][number];

function partSize(part: Part): RequestSize {
  if (part.type === "text") return textSize(bytesOf(part.body));
  if (part.type === "image") return { ...NOTHING, parts: 1, images: 1 };
  const named = textSize(utf8Bytes(part.name ?? ""));
  return { ...named, fileBytes: part.artifact.size };
}

/** One model is sent its own items, another one the words and calls. */
function answerSize({ text, refusal, calls, items }: ModelAnswer): RequestSize {
  const words = (text === undefined ? 0 : bytesOf(text)) + utf8Bytes(refusal ?? "");
  const asked = calls.reduce(
    (sum, call) => sum + bytesOf(call.arguments) + utf8Bytes(call.name + call.callId),
    0,
  );
  const own = items === undefined ? 0 : bytesOf(items);
  return { ...NOTHING, textBytes: Math.max(words + asked, own), parts: calls.length + 1 };
}

function textSize(textBytes: number): RequestSize {
  return { ...NOTHING, textBytes, parts: 1 };
}

function bytesOf(stored: StoredText): number {
  return "text" in stored ? utf8Bytes(stored.text) : stored.artifact.size;
}

/** Bytes of UTF-8; a lone surrogate is three, as what replaces it. */
function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    const isPair = unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(index + 1));
    bytes += unit < 0x800 ? 1 : 2;
    if (isPair) index += 1;
  }
  return bytes;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
