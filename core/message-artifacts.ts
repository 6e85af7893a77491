// Owns which artifacts a message refers to.
import type { ArtifactRef } from "../contract/artifact.ts";
import type { MessagePart } from "../contract/message.ts";

/** Each once, in the order of the parts. */
export function artifactsIn(parts: readonly MessagePart[]): readonly ArtifactRef[] {
  const refs = parts.flatMap((part) => (part.type === "text" ? [] : [part.artifact]));
  return [...new Map(refs.map((ref) => [`${ref.sha256}/${ref.size}`, ref])).values()];
}
