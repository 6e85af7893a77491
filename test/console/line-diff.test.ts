// Shows that what is said to have changed between two manifests is what has.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines, shortened } from "../../console/task/line-diff.ts";
import { SEED } from "../support/seed.ts";

const texts = fc
  .array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 })
  .map((lines) => lines.join("\n"));
const textOf = (lines: ReturnType<typeof diffLines>, without: "-" | "+"): string =>
  lines.flatMap(({ sign, text }) => (sign === without ? [] : [text])).join("\n");

describe("R94 what changed of a manifest", () => {
  it(`makes both texts of what it says (HOLDFAST_SEED=${SEED})`, () => {
    const property = fc.property(texts, texts, (before, after) => {
      const lines = diffLines(before, after);
      expect(textOf(lines, "+")).toBe(before);
      expect(textOf(lines, "-")).toBe(after);
      expect(lines.some(({ sign }) => sign !== " ")).toBe(before !== after);
    });
    fc.assert(property, { numRuns: 2_000, seed: Number(SEED) });
  });

  it("leaves out what stayed, but for the lines around", () => {
    const before = Array.from({ length: 20 }, (_, n) => `line ${n}`).join("\n");
    const lines = shortened(diffLines(before, before.replace("line 10", "other")));
    expect(lines.map((line) => line?.text)).toEqual([
      undefined,
      "line 8",
      "line 9",
      "line 10",
      "other",
      "line 11",
      "line 12",
      undefined,
    ]);
  });
});
