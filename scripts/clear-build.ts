// Removes what `npm run build` has made before, but for the console: build-console.ts puts a new one in its place
// at once, so that whoever serves it meanwhile has one.
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

const dist = resolve(import.meta.dirname, "../dist");
const names = await readdir(dist).catch(() => []);
for (const name of names) {
  if (name === "console" || name.startsWith(".console-")) continue;
  await rm(join(dist, name), { recursive: true });
}
