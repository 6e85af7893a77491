// Owns an artifact store for a test that changes what its scopes do, such as to fail.
import type { ArtifactStore, TenantArtifacts } from "../../contract/artifact.ts";

export function changedArtifacts(
  store: ArtifactStore,
  change: (own: TenantArtifacts, tenant: string | undefined) => Partial<TenantArtifacts>,
): ArtifactStore {
  return {
    ...store,
    ofTenant: (tenant) => {
      const own = store.ofTenant(tenant);
      return { ...own, ...change(own, tenant) };
    },
  };
}
