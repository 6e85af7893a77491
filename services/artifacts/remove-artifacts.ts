// Owns taking artifacts out of the store, where whoever erases a task says that no other needs them.
import type { ArtifactStore } from "../../contract/artifact.ts";

/**
 * Removes what is there of these, and resolves to how many there were. Rejects for a store that does
 * not remove, which nobody can mend but its author.
 */
export function createRemoveArtifacts(artifacts: ArtifactStore) {
  return async (digests: readonly string[], tenant: string | undefined): Promise<number> => {
    const own = artifacts.ofTenant(tenant);
    let removed = 0;
    for (const digest of digests) if (await own.remove(digest)) removed += 1;
    return removed;
  };
}
