// Owns how a test model sees a request: the conversation in neutral words, whatever protocol it
// came by. Decides nothing about the answer.
import type { ModelRequest, RawCall, ResolvedMessage, ResolvedPart } from "../../contract/model.ts";
import { isAboutCalls } from "../../core/context.ts";

/** One message of the conversation. Images and files are shown as `[image]` and `[file]`. */
export type SeenMessage =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text?: string; readonly calls: readonly RawCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly text: string }
  /** What the runtime told the model, e.g. that its last answer was unusable. */
  | { readonly role: "developer"; readonly text: string };

export interface SeenRequest {
  /** The provider's name of the model. */
  readonly model: string;
  readonly instructions: string;
  readonly messages: readonly SeenMessage[];
  /** Names of the tools that were offered. */
  readonly tools: readonly string[];
}

/** What a provider in this process is asked, as a test model sees it. */
export function seenRequest(request: ModelRequest): SeenRequest {
  const { model, instructions, messages, tools } = request;
  return {
    model,
    instructions,
    messages: messages.map(seenMessage),
    tools: tools.map(({ name }) => name),
  };
}

function seenMessage(message: ResolvedMessage): SeenMessage {
  switch (message.role) {
    case "user":
      return { role: "user", text: message.parts.map(partText).join("") };
    case "assistant": {
      const { text, calls } = message;
      return { role: "assistant", ...(text === undefined ? {} : { text }), calls };
    }
    case "tool":
    case "developer":
      return message;
  }
}

function partText(part: ResolvedPart): string {
  return part.type === "text" ? part.text : `[${part.type}]`;
}

/**
 * How many answers the model has given in this conversation. An answer that the runtime threw
 * away is known by the note that took its place; one that was thrown away without a note (cut,
 * filtered, never arrived) left no trace and is not counted.
 */
export function answersSeen(messages: readonly SeenMessage[]): number {
  return messages.filter((message, index) => {
    if (message.role !== "developer") return message.role === "assistant";
    // A note right behind an answer is about that one, which is there itself.
    return !isAboutCalls(message.text) && messages[index - 1]?.role !== "assistant";
  }).length;
}

const SHOWN_CHARACTERS = 300;

/** A message in few words, for a person who reads why a test failed. */
export function showMessage(message: SeenMessage | undefined): string {
  return message === undefined ? "nothing" : JSON.stringify(message).slice(0, SHOWN_CHARACTERS);
}
