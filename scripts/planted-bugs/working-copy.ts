// Owns a copy of the project in which bugs are planted: the tree itself is never touched. Packages are
// linked, and so is what stands beside the project and is read by tests.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { type PlantedBug, plant } from "./planted-bug.ts";

export interface WorkingCopy {
  readonly folder: string;
  /** Calls `use` while the bug is in the copy. */
  withBug<Result>(bug: PlantedBug, use: () => Promise<Result>): Promise<Result>;
  remove(): Promise<void>;
}

const LEFT_OUT = new Set([".git", "node_modules", "dist", ".holdfast"]);

export async function copyProject(project: string): Promise<WorkingCopy> {
  const place = await mkdtemp(join(tmpdir(), "holdfast-planted-"));
  const folder = join(place, "project");
  await cp(project, folder, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(path.slice(project.length + 1).split(sep)[0] ?? ""),
  });
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
  // The recorded conversations, where they are.
  await symlink(resolve(project, "../shared"), join(place, "shared"));
  return {
    folder,
    async withBug(bug, use) {
      const path = join(folder, bug.file);
      const text = await readFile(path, "utf8");
      await writeFile(path, plant(bug, text));
      try {
        return await use();
      } finally {
        await writeFile(path, text);
      }
    },
    remove: () => rm(place, { recursive: true, force: true }),
  };
}
