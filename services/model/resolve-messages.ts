// Owns the step from the context, whose large values are references, to the messages that an
// adapter encodes, which hold everything.
import type { ArtifactRef, ArtifactStore, StoredText } from "../../contract/artifact.ts";
import type { StoredPart } from "../../contract/message.ts";
import type {
  ContextMessage,
  ModelAnswer,
  ModelChoice,
  ResolvedMessage,
  ResolvedPart,
} from "../../contract/model.ts";

/**
 * Resolves a context for one model. Only the model that made an answer gets its own items
 * back; another one would refuse them. Rejects with a plain Error when the store is down.
 */
export function resolveMessages(
  messages: readonly ContextMessage[],
  artifacts: ArtifactStore,
  model: ModelChoice,
): Promise<ResolvedMessage[]> {
  return Promise.all(messages.map((message) => resolveMessage(message, artifacts, model)));
}

async function resolveMessage(
  message: ContextMessage,
  artifacts: ArtifactStore,
  model: ModelChoice,
): Promise<ResolvedMessage> {
  switch (message.role) {
    case "user":
      return {
        role: "user",
        parts: await Promise.all(message.parts.map((part) => resolvePart(part, artifacts))),
      };
    case "assistant":
      return resolveAnswer(message.answer, artifacts, model);
    case "tool":
      return {
        role: "tool",
        callId: message.callId,
        text: await readText(message.result, artifacts),
      };
    case "developer":
      return message;
  }
}

async function resolveAnswer(
  answer: ModelAnswer,
  artifacts: ArtifactStore,
  model: ModelChoice,
): Promise<ResolvedMessage> {
  const isOwn =
    answer.itemsFrom?.provider === model.provider && answer.itemsFrom.model === model.model;
  const items = isOwn ? answer.items : undefined;
  const text = answer.text ?? (answer.refusal === undefined ? undefined : { text: answer.refusal });
  return {
    role: "assistant",
    ...(text === undefined ? {} : { text: await readText(text, artifacts) }),
    ...(items === undefined ? {} : { items: await readText(items, artifacts) }),
    calls: await Promise.all(
      answer.calls.map(async (call) => ({
        callId: call.callId,
        name: call.name,
        arguments: await readText(call.arguments, artifacts),
      })),
    ),
  };
}

async function resolvePart(part: StoredPart, artifacts: ArtifactStore): Promise<ResolvedPart> {
  if (part.type === "text") return { type: "text", text: await readText(part.body, artifacts) };
  const { mediaType } = part.artifact;
  const bytes = await artifacts.get(part.artifact);
  if (part.type === "image") return { type: "image", mediaType, bytes };
  return {
    type: "file",
    mediaType,
    bytes,
    ...(part.name === undefined ? {} : { name: part.name }),
  };
}

async function readText(stored: StoredText, artifacts: ArtifactStore): Promise<string> {
  return "text" in stored ? stored.text : readArtifact(stored.artifact, artifacts);
}

async function readArtifact(ref: ArtifactRef, artifacts: ArtifactStore): Promise<string> {
  return new TextDecoder().decode(await artifacts.get(ref));
}
