// Owns the one sentence that a user reads when an npm script runs on another Node than the
// project's. Plain, old JavaScript, because it must also run on that other Node.
import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const wanted = manifest.devDependencies.node.split(".")[0];
const running = process.versions.node;

if (running.split(".")[0] !== wanted) {
  console.error(
    "Holdfast runs on Node " +
      wanted +
      ", and this is Node " +
      running +
      ": run `npm ci` without --ignore-scripts to get the project's own, or put a Node " +
      wanted +
      " first in PATH.",
  );
  process.exitCode = 1;
}
