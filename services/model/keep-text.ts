// Owns where a text of an answer goes: into the journal when it is small, into the artifact
// store when it is not (L6).
import type { StoredText, TenantArtifacts } from "../../contract/artifact.ts";

/** Inline bytes of one answer in all, as a multiple of what one text may have. */
const INLINE_TEXTS = 8;

export type KeepText = (text: string, mediaType: string) => Promise<StoredText>;

/**
 * Keeps the texts of one answer. However many there are, the inline ones stay within eight
 * times `inlineLimitBytes`. Rejects with a plain Error when the store is down.
 */
export function createTextKeeper(artifacts: TenantArtifacts, inlineLimitBytes: number): KeepText {
  let left = inlineLimitBytes * INLINE_TEXTS;
  return async (text, mediaType) => {
    const size = Buffer.byteLength(text);
    if (size <= inlineLimitBytes && size <= left) {
      left -= size;
      return { text };
    }
    return { artifact: await artifacts.put(new TextEncoder().encode(text), mediaType) };
  };
}
