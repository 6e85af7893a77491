// Owns where an artifact lies within a storage: the folder of its tenant, and in it a name made
// of the digest alone. No two tenants have a folder in common, whatever they are called and
// however a file system compares names.
import { sha256 } from "../../core/digest.ts";

const NO_TENANT = "no-tenant";
const TENANTS = "tenants";
// Above it, with what stands before it, some file systems refuse a name.
const LONGEST_NAME = 128;
const KEPT = /^[a-z0-9-]$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Throws for what can be no tenant's name: it would share a folder with another. */
export function tenantFolder(tenant: string | undefined): string {
  if (tenant === undefined) return NO_TENANT;
  if (tenant === "") throw new Error("a tenant's name is empty; leave it out, or give one");
  if (!tenant.isWellFormed()) throw new Error("a tenant's name is not well-formed unicode");
  const name = Array.from(new TextEncoder().encode(tenant), written).join("");
  // `__` is in no written name, since two hexadecimal digits follow each `_`.
  return `${TENANTS}/${name.length > LONGEST_NAME ? `__${sha256(tenant)}` : name}`;
}

/** Undefined for what is no SHA-256, and so no artifact's. */
export function artifactKey(folder: string, digest: string): string | undefined {
  // 256 folders, since some file systems are slow with a million names in one.
  return DIGEST.test(digest) ? `${folder}/${digest.slice(0, 2)}/${digest}` : undefined;
}

// Small letters only, and no `%`, which is decoded once too often on the way to some storages.
function written(byte: number): string {
  const char = String.fromCharCode(byte);
  return KEPT.test(char) ? char : `_${byte.toString(16).padStart(2, "0")}`;
}
