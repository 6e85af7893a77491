// Owns a folder that a test fills with a small project: files of its own, and pieces of the house.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The house that is tested. */
export const HOUSE = resolve(import.meta.dirname, "../..");

export interface Contents {
  /** Path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Paths in the house that are copied to the same place. */
  readonly copied?: readonly string[];
  /** Paths in the house that are linked from the same place. */
  readonly linked?: readonly string[];
}

/** Calls `use` with the folder's path, and removes the folder. */
export async function withFolder<Result>(
  { files = {}, copied = [], linked = [] }: Contents,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-house-"));
  const place = async (path: string): Promise<string> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  try {
    for (const path of copied) await cp(join(HOUSE, path), await place(path));
    for (const path of linked) await symlink(join(HOUSE, path), await place(path));
    for (const [path, text] of Object.entries(files)) await writeFile(await place(path), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
