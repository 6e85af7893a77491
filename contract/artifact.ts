// Owns the reference to a large immutable value and the interface of the store that holds
// it, one scope for each tenant. The journal, the state and the task log carry references only
// (L6, R30).
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

/** Largest artifact, in bytes. */
export const MAX_ARTIFACT_BYTES = 256 * 1024 * 1024;

/**
 * The artifacts of one tenant. What another tenant has is not there, so a digest alone opens
 * nothing. All reject with a plain Error, which makes an action retry, when the store is down.
 */
export interface TenantArtifacts {
  /**
   * Answers only after the bytes are durable, so that a reference is never dangling; the same
   * bytes again are kept once. Rejects above MAX_ARTIFACT_BYTES.
   */
  put(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef>;
  /** Undefined when this tenant has none of this digest. Rejects when what is there is damaged. */
  find(sha256: string): Promise<Uint8Array | undefined>;
  /**
   * Takes one out, for good, whatever still refers to it; false when it was not there. Rejects when
   * the store is down, and when it cannot remove.
   */
  remove(sha256: string): Promise<boolean>;
  /** As `find`, but rejects when it is not there, and when it has another size. */
  get(ref: ArtifactRef): Promise<Uint8Array>;
}

/** A content-addressed store in which each tenant has its own artifacts (R47). */
export interface ArtifactStore {
  /** Whether artifacts are encrypted at rest. An app that encrypts takes no other store. */
  readonly encrypted: boolean;
  /**
   * Of a task's tenant; undefined: of the tasks that have none, which is no tenant's. Throws for
   * a name that can be no tenant's.
   */
  ofTenant(tenant: string | undefined): TenantArtifacts;
}

/** Keeps a text as an artifact of a tenant; undefined: of the tasks that have none. */
export type StoreText = (text: string, tenant: string | undefined) => Promise<ArtifactRef>;

/** What is wrong with the artifacts that a message of this tenant names, or undefined. */
export type CheckArtifacts = (
  refs: readonly ArtifactRef[],
  tenant: string | undefined,
) => Promise<string | undefined>;
