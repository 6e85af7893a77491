// Owns artifacts as files, named for the SHA-256 of their bytes. A file is visible only when
// it is complete and durable; equal bytes are one file. Never deletes an artifact.
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ArtifactRef, ArtifactStore } from "../../contract/artifact.ts";
import { sha256 } from "../../core/digest.ts";
import { mismatch } from "./mismatch.ts";

export interface FsArtifactStoreOptions {
  /** Made when it is not there; readable by its owner alone. */
  readonly directory: string;
}

// An unfinished file that is older was left by a process that died.
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export function createFsArtifactStore(options: FsArtifactStoreOptions): ArtifactStore {
  const directory = resolve(options.directory);
  const unfinished = join(directory, "unfinished");
  // 256 folders, since some file systems are slow with a million names in one.
  const folderOf = (digest: string) => join(directory, digest.slice(0, 2));
  const pathOf = (digest: string) => join(folderOf(digest), digest);
  let swept = false;

  async function write(digest: string, bytes: Uint8Array): Promise<void> {
    await makeFolder(unfinished);
    if (!swept) {
      await sweep(unfinished);
      swept = true;
    }
    const temporary = join(unfinished, randomUUID());
    try {
      await writeDurably(temporary, bytes);
      await makeFolder(folderOf(digest));
      await rename(temporary, pathOf(digest));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  return {
    async put(bytes, mediaType) {
      const ref: ArtifactRef = { sha256: sha256(bytes), size: bytes.length, mediaType };
      try {
        // What is there is read, so that a damaged file is replaced and not referred to.
        const there = await readIfThere(pathOf(ref.sha256));
        if (there === undefined || mismatch(ref, there) !== undefined) {
          await write(ref.sha256, bytes);
        }
        // Also when it was there: its writer may not have come this far.
        await syncFolder(folderOf(ref.sha256));
        await syncFolder(directory);
        await syncFolder(dirname(directory));
      } catch (error) {
        throw failed(`could not store artifact ${ref.sha256} of ${ref.size} bytes`, error);
      }
      return ref;
    },
    async get(ref) {
      let bytes: Uint8Array | undefined;
      try {
        bytes = await readIfThere(pathOf(ref.sha256));
      } catch (error) {
        throw failed(`could not read artifact ${ref.sha256}`, error);
      }
      if (bytes === undefined) throw new Error(`artifact ${ref.sha256} is not in the store`);
      const problem = mismatch(ref, bytes);
      if (problem !== undefined) throw new Error(problem);
      return bytes;
    },
  };
}

function failed(what: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  return new Error(`${what}: ${code}`, { cause: error });
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function sweep(unfinished: string): Promise<void> {
  for (const name of await readdir(unfinished)) {
    const path = join(unfinished, name);
    // Another process may be sweeping, or finishing its own.
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_MS) await rm(path, { force: true });
  }
}
