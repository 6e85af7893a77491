// Owns what the objects are given of the artifact store, for their actions: to keep a text, and to
// know that what a message refers to is there.
import type { ArtifactStore, CheckArtifacts, StoreText } from "../../contract/artifact.ts";

export function createStoreText(artifacts: ArtifactStore, mediaType: string): StoreText {
  return async (text, tenant) =>
    artifacts.ofTenant(tenant).put(new TextEncoder().encode(text), mediaType);
}

/** Rejects when the store is down, and while it has one that it cannot give. */
export function createCheckArtifacts(artifacts: ArtifactStore): CheckArtifacts {
  return async (refs, tenant) => {
    const own = artifacts.ofTenant(tenant);
    for (const { sha256, size } of refs) {
      const bytes = await own.find(sha256);
      if (bytes === undefined) return `artifact ${sha256} is not in the store`;
      if (bytes.length !== size) {
        return `artifact ${sha256} has ${bytes.length} bytes instead of ${size}`;
      }
    }
    return undefined;
  };
}
