// Owns the last line of a test run, `N passed, N failed`, which .ci/run repeats as its own. A file
// that could not be loaded or set up counts as a failure, and so does an error outside of any test.
import type { Reporter, TestModule } from "vitest/node";

export function totalsReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors): void {
      let passed = 0;
      let failed = unhandledErrors.length;
      for (const module of modules) {
        passed += [...module.children.allTests("passed")].length;
        const failures = [...module.children.allTests("failed")].length;
        failed += failures === 0 && !module.ok() ? 1 : failures;
      }
      console.log(`\n${passed} passed, ${failed} failed`);
    },
  };
}
