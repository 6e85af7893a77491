// Owns artifacts as files. A file is visible only when it is complete and durable.
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { ArtifactStorage } from "./artifact-storage.ts";
import { type ArtifactEncryption, createArtifactStore } from "./create-artifact-store.ts";

export interface FsArtifactStoreOptions extends ArtifactEncryption {
  /** Made when it is not there; readable by its owner alone. */
  readonly directory: string;
}

// An unfinished file that is older was left by a process that died.
const ABANDONED_MS = 24 * 60 * 60 * 1000;

export function createFsArtifactStore(options: FsArtifactStoreOptions): ArtifactStore {
  return createArtifactStore(fileStorage(resolve(options.directory)), options);
}

function fileStorage(directory: string): ArtifactStorage {
  const unfinished = join(directory, "unfinished");
  let swept = false;

  async function write(path: string, bytes: Uint8Array): Promise<void> {
    await makeFolder(unfinished);
    if (!swept) {
      await sweep(unfinished);
      swept = true;
    }
    const temporary = join(unfinished, randomUUID());
    try {
      await writeDurably(temporary, bytes);
      await makeFolder(dirname(path));
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await settle(path);
  }

  /** The names on the way to a file: its writer may not have come this far. */
  async function settle(path: string): Promise<void> {
    for (let folder = dirname(path); folder !== directory; folder = dirname(folder)) {
      await syncFolder(folder);
    }
    await syncFolder(directory);
    await syncFolder(dirname(directory));
  }

  return {
    read: (key) => orReason(readIfThere(join(directory, key))),
    write: (key, bytes) => orReason(write(join(directory, key), bytes)),
    remove: (key) => orReason(removeIfThere(join(directory, key))),
    settle: (key) => orReason(settle(join(directory, key))),
  };
}

/** A rejection becomes the system's code, since its text has paths. */
async function orReason<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new Error(code, { cause: error });
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
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
