// Owns what every artifact store does, wherever the bytes lie: a scope for each tenant, equal bytes
// once, the digest checked at every read, and encryption where the app has keys.
import type { ArtifactRef, ArtifactStore, TenantArtifacts } from "../../contract/artifact.ts";
import { MAX_ARTIFACT_BYTES } from "../../contract/artifact.ts";
import type { ArtifactSealing, OpenedArtifact } from "../../contract/artifact-sealing.ts";
import { MISSING_KEY } from "../../contract/readable.ts";
import { sha256 } from "../../core/digest.ts";
import { artifactKey, tenantFolder } from "./artifact-key.ts";
import type { ArtifactStorage } from "./artifact-storage.ts";

/** What every store of artifacts is given beside its place. */
export interface ArtifactEncryption {
  /**
   * From `createEncryption`: the app's own. Artifacts are then encrypted at rest. Default: they
   * are as they were put.
   */
  readonly encryption?: { readonly artifactSealing: ArtifactSealing } | undefined;
}

/** An artifact store on a storage of your own; files and S3 have theirs. */
export function createArtifactStore(
  storage: ArtifactStorage,
  { encryption }: ArtifactEncryption = {},
): ArtifactStore {
  const sealing = encryption?.artifactSealing;
  return {
    encrypted: sealing !== undefined,
    ofTenant: (tenant) => {
      const folder = tenantFolder(tenant);
      const find: TenantArtifacts["find"] = (digest) => findIn(storage, sealing, folder, digest);
      return {
        put: (bytes, mediaType) => putInto(storage, sealing, folder, { bytes, mediaType }),
        find,
        remove: (digest) => removeFrom(storage, folder, digest),
        get: async (ref) => {
          const bytes = await find(ref.sha256);
          if (bytes === undefined) throw new Error(`artifact ${ref.sha256} is not in the store`);
          if (bytes.length === ref.size) return bytes;
          throw new Error(
            `artifact ${ref.sha256} has ${bytes.length} bytes instead of ${ref.size}`,
          );
        },
      };
    },
  };
}

async function putInto(
  storage: ArtifactStorage,
  sealing: ArtifactSealing | undefined,
  folder: string,
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
): Promise<ArtifactRef> {
  const size = bytes.length;
  if (size > MAX_ARTIFACT_BYTES) {
    throw new Error(`an artifact has at most ${MAX_ARTIFACT_BYTES} bytes, and not ${size}`);
  }
  const ref: ArtifactRef = { sha256: sha256(bytes), size, mediaType };
  const key = artifactKey(folder, ref.sha256) ?? "";
  try {
    // What is there is read, so that a damaged one is replaced and not referred to.
    const there = await storage.read(key);
    if (there !== undefined && isGood(there, sealing, key, ref.sha256)) await storage.settle?.(key);
    else await storage.write(key, sealing?.seal(bytes, key) ?? bytes);
  } catch (error) {
    throw failed(`could not store artifact ${ref.sha256} of ${size} bytes`, error);
  }
  return ref;
}

/** What an old key has sealed is written anew, so that the key can be done without one day. */
function isGood(
  stored: Uint8Array,
  sealing: ArtifactSealing | undefined,
  key: string,
  digest: string,
): boolean {
  if (sealing === undefined) return sha256(stored) === digest;
  const opened = sealing.open(stored, key);
  return opened.form === "opened" && opened.current && sha256(opened.bytes) === digest;
}

async function findIn(
  storage: ArtifactStorage,
  sealing: ArtifactSealing | undefined,
  folder: string,
  digest: string,
): Promise<Uint8Array | undefined> {
  const key = artifactKey(folder, digest);
  if (key === undefined) return undefined;
  let stored: Uint8Array | undefined;
  try {
    stored = await storage.read(key);
  } catch (error) {
    throw failed(`could not read artifact ${digest}`, error);
  }
  if (stored === undefined) return undefined;
  const bytes =
    sealing === undefined ? stored : openedOf(sealing.open(stored, key), stored, digest);
  if (sha256(bytes) === digest) return bytes;
  throw new Error(`artifact ${digest} does not have its digest`);
}

async function removeFrom(
  storage: ArtifactStorage,
  folder: string,
  digest: string,
): Promise<boolean> {
  const key = artifactKey(folder, digest);
  if (key === undefined) return false;
  if (storage.remove === undefined)
    throw new Error("this store of artifacts removes nothing; give its storage a remove");
  try {
    return await storage.remove(key);
  } catch (error) {
    throw failed(`could not remove artifact ${digest}`, error);
  }
}

function openedOf(opened: OpenedArtifact, stored: Uint8Array, digest: string): Uint8Array {
  switch (opened.form) {
    case "opened":
      return opened.bytes;
    case "plain":
      // Older than the encryption, and whole if it has its digest, which is looked at next.
      return stored;
    case "key-missing":
      throw new Error(
        `${MISSING_KEY}: artifact ${digest} is encrypted with the key "${opened.keyId}", which this process does not have; add it to the keys of createEncryption`,
      );
    case "damaged":
      throw new Error(
        `artifact ${digest} cannot be decrypted with the key "${opened.keyId}": it was changed, cut or moved, or another key has this id`,
      );
  }
}

function failed(what: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : "unknown error";
  return new Error(`${what}: ${reason}`, { cause: error });
}
