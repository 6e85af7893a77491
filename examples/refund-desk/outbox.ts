// Owns the outbox: one file per letter, named by the idempotency key of the call that wrote
// it, so that a repeated call finds its letter and writes no second one.
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

export interface Outbox {
  /** Resolves to the letter's path once it is durable; a letter of this key stays as it is. */
  write(key: string, text: string): Promise<string>;
  /** The letters' texts. */
  letters(): Promise<readonly string[]>;
}

export function openOutbox(folder: string): Outbox {
  mkdirSync(folder, { recursive: true });
  const letterFiles = async () => (await readdir(folder)).filter((name) => name.endsWith(".txt"));
  return {
    write: async (key, text) => {
      const name = `${key}.txt`;
      const file = join(folder, name);
      if ((await letterFiles()).includes(name)) return file;
      // A crash leaves a draft behind, never half a letter.
      const draft = join(folder, `${key}.${randomUUID()}.draft`);
      await writeDurably(draft, text);
      await rename(draft, file);
      await syncFolder(folder);
      return file;
    },
    letters: async () =>
      await Promise.all((await letterFiles()).map((name) => readFile(join(folder, name), "utf8"))),
  };
}

async function writeDurably(file: string, text: string): Promise<void> {
  await using handle = await open(file, "w");
  await handle.writeFile(text);
  await handle.sync();
}

/** Only then a rename outlives a loss of power. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
