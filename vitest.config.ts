// Owns how the tests run. They start real servers and processes, so four files run at once at most
// (most wait more than they work), and the bounds on time are wide: a test waits for conditions, it
// never measures.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { requirementsReporter } from "./test/requirements-reporter.ts";
import { CLAIMED } from "./test/requirements.ts";
import { SlowestFirst } from "./test/slowest-first.ts";
import { totalsReporter } from "./test/totals-reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 4,
    // Files share their worker's modules: what a file leaves in one is its own fault, and loading all
    // of them anew for each of 240 files takes a tenth of the suite's time.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    // The processes that tests start by the hundred load the same files: compiled once, a start costs a third less.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "holdfast-compile-cache") },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", requirementsReporter(CLAIMED), totalsReporter()],
  },
});
