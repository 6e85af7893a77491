// Owns artifacts in the memory of one process, for the runner without Restate.
import type { ArtifactStore } from "../../contract/artifact.ts";
import { sha256 } from "../../core/digest.ts";
import { mismatch } from "./mismatch.ts";

export function createMemoryArtifactStore(): ArtifactStore {
  const artifacts = new Map<string, Uint8Array>();
  return {
    async put(bytes, mediaType) {
      const digest = sha256(bytes);
      // Copies, both ways: an artifact is immutable and a caller's buffer is not.
      artifacts.set(digest, Uint8Array.from(bytes));
      return { sha256: digest, size: bytes.length, mediaType };
    },
    async get(ref) {
      const bytes = artifacts.get(ref.sha256);
      if (bytes === undefined) throw new Error(`artifact ${ref.sha256} is not in the store`);
      const problem = mismatch(ref, bytes);
      if (problem !== undefined) throw new Error(problem);
      return Uint8Array.from(bytes);
    },
  };
}
