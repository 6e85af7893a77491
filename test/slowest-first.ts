// Owns the order in which test files run: those that take longest first, so that none of them is left at the
// end while the other workers have nothing to do. A file that is not named is no mistake, only later.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By what they took on a quiet machine; half a minute at least. */
const SLOWEST = [
  "faults/crash-matrix",
  "testing/crash-runner",
  "recovery/kill",
  "cli/operate",
  "console/console",
  "deploy/drain",
  "refund-desk/start",
  "refund-desk/demo",
  "testing/equal-logs",
  "budget/object",
  "authority/stops",
  "agent/delegation",
  "encryption/missing-key",
  "cli/init",
  "recovery/server-kill",
  "console/decide",
  "airline/replay",
  "faults/disk-full",
  "testing/rover",
  "recovery/state-version",
  "core/invariants",
  "telemetry/trace",
  "stories/in-memory",
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own, of a sequencer
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const found = SLOWEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return found === -1 ? SLOWEST.length : found;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
