// Owns the making of a project: the template's files, with names and versions filled in. Installs nothing.
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { EXIT } from "../exit-code.ts";
import { packageFolder, packageManifest } from "../package.ts";
import { cliProblem, usage } from "../problem.ts";

export interface NewProject {
  /** Absolute. */
  readonly directory: string;
  /** What npm installs Holdfast from. Default: this version. */
  readonly holdfast: string | undefined;
}

// What npm takes as a package's name.
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;
/** Files whose {{names}} are filled in. */
const FILLED = ["package.json", "README.md"];

/** Resolves to its files. Fails where the directory has something in it already. */
export async function makeProject({ directory, holdfast }: NewProject): Promise<readonly string[]> {
  const name = basename(directory);
  if (!NAME.test(name))
    throw usage(
      `${name} is no name for a package; use lower-case letters, digits, '.', '_' and '-'`,
    );
  await refuseUsed(directory);
  await mkdir(directory, { recursive: true });
  try {
    await cp(join(packageFolder(), "templates/agent"), directory, { recursive: true });
    // npm packs no file of the real name.
    await rename(join(directory, "gitignore"), join(directory, ".gitignore"));
    const values = valuesOf(name, holdfast);
    for (const file of FILLED) {
      const path = join(directory, file);
      await writeFile(path, filled(await readFile(path, "utf8"), values));
    }
  } catch (error) {
    // Half a project would be in the way of the next try.
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
}

async function refuseUsed(directory: string): Promise<void> {
  const found = await readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw cliProblem(EXIT.refused, "not_a_directory", `${directory} is no directory`);
  });
  if (found.length === 0) return;
  throw cliProblem(
    EXIT.refused,
    "not_empty",
    `${directory} is not empty; choose another directory`,
  );
}

function valuesOf(name: string, holdfast: string | undefined): Readonly<Record<string, string>> {
  const { version, dependencies, peerDependencies, devDependencies } = packageManifest();
  return {
    name,
    holdfast: holdfast ?? version,
    zod: dependencies["zod"] ?? "",
    "restate-server": peerDependencies["@restatedev/restate-server"] ?? "",
    aimock: peerDependencies["@copilotkit/aimock"] ?? "",
    typescript: devDependencies["typescript"] ?? "",
    "types-node": devDependencies["@types/node"] ?? "",
  };
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{([\w-]+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === "") throw new Error(`the template asks for ${name}`);
    return value;
  });
}
