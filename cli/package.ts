// Owns where the package's own files are, from the source as well as from a build in dist/.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The folder with package.json. */
export function packageFolder(): string {
  const places = ["..", "../.."].map((path) => resolve(import.meta.dirname, path));
  const found = places.find((path) => existsSync(join(path, "package.json")));
  if (found === undefined) throw new Error(`package.json is not in ${places.join(" or ")}`);
  return found;
}

export function packageManifest(): Manifest {
  return JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")) as Manifest;
}
