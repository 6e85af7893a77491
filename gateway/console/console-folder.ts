// Owns where the console's built files are: beside this gateway's own build, or in dist/ of a clone.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** In which order; the first is a clone's, the second a package's. */
const PLACES = ["../../dist/console", "../../console"];

/** The folder with the built page, or undefined where there is none. */
export function consoleFolder(): string | undefined {
  const folders = PLACES.map((place) => resolve(import.meta.dirname, place));
  // A clone has sources by the same name, with a page of their own: what is built has its assets.
  return folders.find((folder) => existsSync(join(folder, "assets")));
}
