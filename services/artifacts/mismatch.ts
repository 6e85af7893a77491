// Owns the check of bytes against the reference that they were read by.
import type { ArtifactRef } from "../../contract/artifact.ts";
import { sha256 } from "../../core/digest.ts";

/** One sentence when the bytes are not the artifact's; undefined when they are. */
export function mismatch(ref: ArtifactRef, bytes: Uint8Array): string | undefined {
  if (bytes.length !== ref.size) {
    return `artifact ${ref.sha256} has ${bytes.length} bytes instead of ${ref.size}`;
  }
  if (sha256(bytes) !== ref.sha256) return `artifact ${ref.sha256} does not have its digest`;
  return undefined;
}
