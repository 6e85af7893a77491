// Owns `npm run test:containers`: the durable tests against Restate in containers, or one line on a
// machine without an engine. Arguments are vitest's, in the place of the folders below.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findContainerEngine } from "../test/support/restate-image.ts";

/** What runs tasks on a server; HOLDFAST_TEST_RESTATE means nothing to other tests. */
const DURABLE = [
  "agent",
  "approval",
  "budget",
  "containers",
  "control",
  "inbox",
  "recovery",
  "schedule",
];

const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const asked = process.argv.slice(2);
if ((await findContainerEngine()) === undefined) {
  process.stdout.write(
    "test:containers was skipped: no container engine answers; install docker.io, and run scripts/with-dockerd.sh npm run test:containers\n",
  );
} else {
  const tests = asked.length > 0 ? asked : DURABLE.map((folder) => `test/${folder}/`);
  const { status } = spawnSync(process.execPath, [vitest, "run", ...tests], {
    stdio: "inherit",
    env: { ...process.env, HOLDFAST_TEST_RESTATE: "container" },
  });
  process.exitCode = status ?? 1;
}
