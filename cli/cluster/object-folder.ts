// Owns objects in a folder, one file each, with what S3 promises of them: a write is whole or not
// there, and may depend on what was there before. For one process. Speaks no HTTP.
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly changed: Date;
  /** Another one after every write. */
  readonly etag: string;
}

/** What has to be so for a write to happen: nothing is there, or what the etag names. */
export interface Condition {
  readonly absent?: boolean;
  readonly etag?: string;
}

export interface ObjectFolder {
  find(key: string): Promise<StoredObject | undefined>;
  /** The bytes from `start` to `end`, both included. */
  read(key: string, range: { readonly start: number; readonly end: number }): Readable;
  /** Undefined when the condition does not hold; then nothing has changed. */
  put(key: string, body: Readable, condition?: Condition): Promise<StoredObject | undefined>;
  remove(key: string): Promise<void>;
  /** Those whose keys begin so, in the order of their keys. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  putPart(upload: string, part: number, body: Readable): Promise<void>;
  /** The parts one after another. Rejects when one of them was not put. */
  readParts(upload: string, parts: readonly number[]): AsyncIterable<Uint8Array>;
  removeParts(upload: string): Promise<void>;
}

/** The longest name of a file, in bytes. */
const LONGEST_NAME = 255;

/** Whether there can be a file for it. */
export function isKey(key: string): boolean {
  return key !== "" && key.isWellFormed() && nameOf(key).length <= LONGEST_NAME;
}

/** Files of one folder, so no key leads out of it. A dot in front would be hidden, or "..". */
function nameOf(key: string): string {
  return encodeURIComponent(key).replace(/^\./, "%2E");
}

/** Makes the folder when it is not there, and forgets what was not finished before. */
export async function openObjectFolder(directory: string): Promise<ObjectFolder> {
  const objects = join(directory, "objects");
  const unfinished = join(directory, "unfinished");
  await rm(unfinished, { recursive: true, force: true });
  for (const path of [objects, unfinished]) await mkdir(path, { recursive: true, mode: 0o700 });
  const fileOf = (key: string) => join(objects, nameOf(key));
  const partOf = (upload: string, part: number) => join(unfinished, `${upload}.${part}`);
  const find = (key: string) => findAt(fileOf(key), key);

  // A condition is looked at, and its write made, before the next one's turn.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(act: () => Promise<T>): Promise<T> => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    find,
    read: (key, range) => createReadStream(fileOf(key), range),
    async put(key, body, condition = {}) {
      const written = join(unfinished, randomUUID());
      await pipeline(body, createWriteStream(written, { mode: 0o600, flush: true }));
      return inTurn(async () => {
        if (!holds(condition, await find(key))) {
          await rm(written);
          return undefined;
        }
        await rename(written, fileOf(key));
        return find(key);
      });
    },
    remove: (key) => rm(fileOf(key), { force: true }),
    async list(prefix) {
      const keys = (await readdir(objects)).map((name) => decodeURIComponent(name));
      const found = keys.filter((key) => key.startsWith(prefix)).toSorted();
      // One may be removed meanwhile.
      return (await Promise.all(found.map(find))).filter((object) => object !== undefined);
    },
    putPart: (upload, part, body) => pipeline(body, createWriteStream(partOf(upload, part))),
    async *readParts(upload, parts) {
      for (const part of parts) yield* createReadStream(partOf(upload, part));
    },
    async removeParts(upload) {
      const names = (await readdir(unfinished)).filter((name) => name.startsWith(`${upload}.`));
      for (const name of names) await rm(join(unfinished, name), { force: true });
    },
  };
}

async function findAt(path: string, key: string): Promise<StoredObject | undefined> {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const { ino, mtimeNs, size } = found;
  // Every write is a new file.
  return { key, size: Number(size), changed: found.mtime, etag: `"${ino}-${mtimeNs}-${size}"` };
}

function holds({ absent, etag }: Condition, before: StoredObject | undefined): boolean {
  if (absent === true && before !== undefined) return false;
  return etag === undefined || etag === before?.etag;
}
