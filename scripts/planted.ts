// Owns `npm run planted [-- <id>...]`: plants one bug after the other in a copy of the project, runs the test
// file that must turn red, and says which test caught it. Fails where one was not caught.
import { resolve } from "node:path";
import { PLANTED_BUGS } from "./planted-bugs/bugs.ts";
import { runTests, type TestRun } from "./planted-bugs/run-tests.ts";
import { copyProject } from "./planted-bugs/working-copy.ts";

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !PLANTED_BUGS.some((bug) => bug.id === id));
if (unknown.length > 0) throw new Error(`there is no planted bug ${unknown.join(", ")}`);
const bugs = PLANTED_BUGS.filter(({ id }) => wanted.length === 0 || wanted.includes(id));

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const copy = await copyProject(resolve(import.meta.dirname, ".."));
/** How each test file ends without any bug: only from a green one red tells something. */
const without = new Map<string, TestRun>();
let caught = 0;
try {
  for (const bug of bugs) {
    const { caughtBy: file } = bug;
    const before = without.get(file) ?? (await runTests(copy.folder, file));
    without.set(file, before);
    if (before.end !== "green") {
      say(`MISSED ${bug.id}: ${file} is ${before.end} without any bug: ${toldOf(before)}`);
      continue;
    }
    const run = await copy.withBug(bug, () => runTests(copy.folder, file));
    if (run.end === "red") caught += 1;
    say(`${run.end === "red" ? "caught" : "MISSED"} ${bug.id} by ${file}: ${toldOf(run)}`);
  }
} finally {
  await copy.remove();
}
say(`${caught} of ${bugs.length} planted bugs were caught`);
if (caught < bugs.length) process.exitCode = 1;

function toldOf(run: TestRun): string {
  if (run.end === "red") return run.test;
  return run.end === "green" ? "all green" : run.output.slice(-2_000);
}
