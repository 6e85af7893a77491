// Owns the port to the place where the bytes of artifacts lie. It knows keys and bytes; tenants,
// digests and encryption are the artifact store's.

/**
 * A key is a path of two to four segments of `a-z`, `0-9`, `-` and `_`. Every method rejects with
 * an Error whose message is a short reason without content, such as `ENOSPC`.
 */
export interface ArtifactStorage {
  /** Undefined when there is nothing under the key. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Answers after the bytes are durable, all of them; what was under the key is replaced. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Resolves once it is gone; false when there was nothing. Absent: nothing is ever removed. */
  remove?(key: string): Promise<boolean>;
  /** Makes durable what `read` has found, where that does not say so already. */
  settle?(key: string): Promise<void>;
}
