// Owns which of the 150 conversations the normal suite plays: a few of each kind that differs
// from the others in what it asks of the runtime.
import { assistantMessages, ENDING_TOOL, isCapped, recordedCalls, writes } from "./conversation.ts";
import type { Conversation } from "./dataset.ts";

const FEATURES: Readonly<Record<string, (conversation: Conversation) => boolean>> = {
  "the recorder's cap": isCapped,
  "a transfer that ends the task": (one) => recordedCalls(one).at(-1)?.name === ENDING_TOOL,
  "an empty tool result": (one) => recordedCalls(one).some(({ output }) => output === ""),
  "call ids that repeat": hasRepeatedCallIds,
  writes: (one) => writes(one).length > 1,
};

/** A conversation, and what it was chosen for. */
export interface Chosen {
  readonly feature: string;
  readonly conversation: Conversation;
}

/** `groups` lists of conversations, each with one of every feature; none is chosen twice. */
export function chooseConversations(
  all: readonly Conversation[],
  groups: number,
): readonly (readonly Chosen[])[] {
  const taken = new Set<Conversation>();
  return Array.from({ length: groups }, () =>
    Object.entries(FEATURES).map(([feature, has]): Chosen => {
      const conversation = all.find((one) => !taken.has(one) && has(one));
      if (conversation === undefined) throw new Error(`too few conversations have ${feature}`);
      taken.add(conversation);
      return { feature, conversation };
    }),
  );
}

function hasRepeatedCallIds(conversation: Conversation): boolean {
  const ids = assistantMessages(conversation).flatMap(({ tool_calls: calls = [] }) =>
    calls.map(({ id }) => id),
  );
  return new Set(ids).size < ids.length;
}
