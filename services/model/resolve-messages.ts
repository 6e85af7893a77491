// Owns the step from the context, whose large values are references, to the messages that an
// adapter encodes, which hold everything.
import type { ArtifactRef, StoredText, TenantArtifacts } from "../../contract/artifact.ts";
import type { StoredPart } from "../../contract/message.ts";
import type {
  ContextMessage,
  ModelAnswer,
  ModelChoice,
  ResolvedMessage,
  ResolvedPart,
} from "../../contract/model.ts";

/** The bytes of an artifact; of one that is still to be fetched, none. */
type ReadArtifact = (ref: ArtifactRef) => Uint8Array;

const NO_BYTES = new Uint8Array();

/**
 * Resolves a context for one model. Only the model that made an answer gets its own items
 * back; another one would refuse them. Rejects with a plain Error when the store is down.
 */
export async function resolveMessages(
  messages: readonly ContextMessage[],
  artifacts: Pick<TenantArtifacts, "get">,
  model: ModelChoice,
): Promise<ResolvedMessage[]> {
  const fetched = new Map<string, Uint8Array>();
  // Most contexts hold no reference, and are resolved at once, without a promise per message.
  for (;;) {
    const missing = new Map<string, ArtifactRef>();
    const read: ReadArtifact = (ref) => {
      const bytes = fetched.get(ref.sha256);
      if (bytes === undefined) missing.set(ref.sha256, ref);
      return bytes ?? NO_BYTES;
    };
    const resolved = messages.map((message) => resolveMessage(message, read, model));
    if (missing.size === 0) return resolved;
    const fetch = async (ref: ArtifactRef) => fetched.set(ref.sha256, await artifacts.get(ref));
    await Promise.all([...missing.values()].map(fetch));
  }
}

function resolveMessage(
  message: ContextMessage,
  read: ReadArtifact,
  model: ModelChoice,
): ResolvedMessage {
  switch (message.role) {
    case "user":
      return { role: "user", parts: message.parts.map((part) => resolvePart(part, read)) };
    case "assistant":
      return resolveAnswer(message.answer, read, model);
    case "tool":
      return { role: "tool", callId: message.callId, text: readText(message.result, read) };
    case "result": {
      const { text, result } = message;
      const parts = [text, readText(result, read)].map(
        (each) => ({ type: "text", text: each }) as const,
      );
      return { role: "user", parts };
    }
    case "developer":
      return message;
  }
}

function resolveAnswer(
  answer: ModelAnswer,
  read: ReadArtifact,
  model: ModelChoice,
): ResolvedMessage {
  const isOwn =
    answer.itemsFrom?.provider === model.provider && answer.itemsFrom.model === model.model;
  const items = isOwn ? answer.items : undefined;
  const text = answer.text ?? (answer.refusal === undefined ? undefined : { text: answer.refusal });
  return {
    role: "assistant",
    ...(text === undefined ? {} : { text: readText(text, read) }),
    ...(items === undefined ? {} : { items: readText(items, read) }),
    calls: answer.calls.map((call) => ({
      callId: call.callId,
      name: call.name,
      arguments: readText(call.arguments, read),
    })),
  };
}

function resolvePart(part: StoredPart, read: ReadArtifact): ResolvedPart {
  if (part.type === "text") return { type: "text", text: readText(part.body, read) };
  const { mediaType } = part.artifact;
  const bytes = read(part.artifact);
  if (part.type === "image") return { type: "image", mediaType, bytes };
  return {
    type: "file",
    mediaType,
    bytes,
    ...(part.name === undefined ? {} : { name: part.name }),
  };
}

function readText(stored: StoredText, read: ReadArtifact): string {
  return "text" in stored ? stored.text : new TextDecoder().decode(read(stored.artifact));
}
