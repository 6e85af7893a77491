// Owns artifacts in the memory of one process, for the runner without Restate.
import type { ArtifactStore } from "../../contract/artifact.ts";
import { createArtifactStore } from "./create-artifact-store.ts";

export function createMemoryArtifactStore(): ArtifactStore {
  const kept = new Map<string, Uint8Array>();
  return createArtifactStore({
    // Copies, both ways: an artifact is immutable and a caller's buffer is not.
    read: async (key) => {
      const bytes = kept.get(key);
      return bytes === undefined ? undefined : Uint8Array.from(bytes);
    },
    remove: async (key) => kept.delete(key),
    write: async (key, bytes) => {
      kept.set(key, Uint8Array.from(bytes));
    },
  });
}
