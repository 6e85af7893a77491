// Owns the reference to a large immutable value and the interface of the store that holds
// it. The journal, the state and the task log carry references only (L6, R30).
import { z } from "zod";
import { sha256Schema } from "./ids.ts";
import { textSchema } from "./text.ts";

export const artifactRefSchema = z.strictObject({
  sha256: sha256Schema,
  /** Bytes. */
  size: z.int().nonnegative(),
  mediaType: textSchema.min(1).max(255),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

/** A text that is kept in place when it is small and by reference when it is not. */
export const storedTextSchema = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ artifact: artifactRefSchema }),
]);
export type StoredText = z.infer<typeof storedTextSchema>;

/** Values above this many bytes leave the journal and the state, unless configured. */
export const DEFAULT_INLINE_LIMIT_BYTES = 32 * 1024;

/**
 * A content-addressed store. `put` returns only after the bytes are durable, so that a
 * reference is never dangling; `get` rejects when the bytes do not have the digest.
 * Both reject with a plain Error when the store is down, which makes the action retry.
 */
export interface ArtifactStore {
  put(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>;
  get(ref: ArtifactRef): Promise<Uint8Array>;
}
