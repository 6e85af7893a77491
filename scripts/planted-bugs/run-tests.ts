// Owns one run of a test file, and what it says: which of its tests was red, if any.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `green`; `red` with the first test that failed; or `broken`: no test failed, and it did not pass. */
export type TestRun =
  | { readonly end: "green" }
  | { readonly end: "red"; readonly test: string }
  | { readonly end: "broken"; readonly output: string };

interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
    }[];
  }[];
}

/** What hangs for so many milliseconds is broken. */
const BOUND_MS = 5 * 60_000;

export async function runTests(folder: string, file: string): Promise<TestRun> {
  const place = await mkdtemp(join(tmpdir(), "holdfast-planted-report-"));
  const report = join(place, "report.json");
  try {
    const vitest = join(folder, "node_modules/vitest/vitest.mjs");
    const output = await execute(folder, [
      vitest,
      "run",
      file,
      "--bail=1",
      "--reporter=json",
      `--outputFile=${report}`,
    ]);
    const text = await readFile(report, "utf8").catch(() => undefined);
    return text === undefined ? { end: "broken", output } : endOf(text, output);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function endOf(text: string, output: string): TestRun {
  const { success, testResults } = JSON.parse(text) as Report;
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === "failed");
  if (failed !== undefined) return { end: "red", test: failed.fullName };
  return success ? { end: "green" } : { end: "broken", output };
}

/** Resolves to what it wrote, however it ended. */
function execute(cwd: string, args: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const bound = setTimeout(() => child.kill("SIGKILL"), BOUND_MS);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  child.once("close", () => {
    clearTimeout(bound);
    resolve(output);
  });
  return promise;
}
