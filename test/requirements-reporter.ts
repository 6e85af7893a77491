// Owns the gate between what is claimed (requirements.ts) and what is tested: after a run of the
// whole suite each claimed id must have a passing test that cites it. A filtered run says nothing
// about the ids, and is let through.
import type { Reporter, TestModule, TestSpecification, Vitest } from "vitest/node";

const ID = /\b[RF]\d+\b/g;

/** The ids of `claimed` that no title cites. A title holds those of the describes around it. */
function findUnproven(claimed: readonly string[], passed: readonly string[]): string[] {
  const cited = new Set(passed.flatMap((title) => title.match(ID) ?? []));
  return claimed.filter((id) => !cited.has(id));
}

export function requirementsReporter(claimed: readonly string[]): Reporter {
  let vitest: Vitest | undefined;
  let whole = false;
  return {
    onInit(started): void {
      vitest = started;
    },
    async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
      const all = await vitest?.globTestSpecifications();
      whole = specifications.length === all?.length && vitest?.config.testNamePattern === undefined;
    },
    onTestRunEnd(modules: readonly TestModule[]): void {
      if (!whole) return;
      const passed = modules.flatMap((module) =>
        [...module.children.allTests("passed")].map((test) => test.fullName),
      );
      const unproven = findUnproven(claimed, passed);
      if (unproven.length === 0) return;
      console.error(
        `\nClaimed in test/requirements.ts, but cited by no passing test: ${unproven.join(", ")}`,
      );
      process.exitCode = 1;
    },
  };
}
