// Owns the folders of a demo that begins anew each time: one per run, under a home of its own.
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Not made yet. */
export function newRunFolder(home: string): string {
  return join(home, new Date().toISOString().replaceAll(":", "-"));
}

/** Of the same home. To be called once the ports are this run's, so that no other still runs. */
export async function removeEarlierRuns(folder: string): Promise<void> {
  const home = dirname(folder);
  const others = (await readdir(home))
    .map((name) => join(home, name))
    .filter((each) => each !== folder);
  for (const other of others) await rm(other, { recursive: true });
}
