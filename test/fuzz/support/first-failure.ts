// Owns one bounded run of a fuzz test: so many values, from the seed of test/support/seed.ts, fifty times
// as many in a soak. What it finds is told with all that is needed to see it again.
import fc from "fast-check";
import { SEED, SOAK } from "../../support/seed.ts";

const SOAK_FACTOR = 50;

/** What is wrong with a value; undefined when nothing is. What it throws is wrong too. */
export type Judge<T> = (value: T) => string | undefined;

/** The first value that something is wrong with, shrunk, in words; undefined when there is none. */
export function firstFailure<T>(
  values: fc.Arbitrary<T>,
  judge: Judge<T>,
  runs: number,
): string | undefined {
  const property = fc.property(values, (value) => refuse(judge(value)));
  return told(fc.check(property, boundOf(runs)));
}

/** As `firstFailure`. */
export async function firstFailureOf<T>(
  values: fc.Arbitrary<T>,
  judge: (value: T) => Promise<string | undefined>,
  runs: number,
): Promise<string | undefined> {
  const property = fc.asyncProperty(values, async (value) => refuse(await judge(value)));
  return told(await fc.check(property, boundOf(runs)));
}

function boundOf(runs: number) {
  return { numRuns: SOAK ? runs * SOAK_FACTOR : runs, seed: Number(SEED) };
}

function refuse(wrong: string | undefined): void {
  if (wrong !== undefined) throw new Error(wrong);
}

function told<T>(details: fc.RunDetails<T>): string | undefined {
  return details.failed ? fc.defaultReportMessage(details) : undefined;
}
