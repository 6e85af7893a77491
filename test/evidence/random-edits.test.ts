// Owns that no change of an export is missed, wherever it falls: by chance, many times.
import fc from "fast-check";
import { expect, it } from "vitest";
import { SEED, SOAK } from "../support/seed.ts";
import { FILE, fileOf, LINES, refitted, verify } from "./support/export-file.ts";

const runs = SOAK ? 10_000 : 1_000;
it(`R101 shows each of ${runs} random edits, deletions, reorderings, insertions and cuts (HOLDFAST_SEED=${SEED})`, async () => {
  const anyLine = fc.nat(LINES.length - 1);
  const change = fc.oneof(
    fc.record({ edit: fc.nat(FILE.length - 1), to: fc.nat(255) }),
    fc.record({ drop: fc.nat(FILE.length - 1), count: fc.integer({ min: 1, max: 2_000 }) }),
    fc.record({
      insert: fc.nat(FILE.length),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    }),
    fc.record({ cut: fc.nat(FILE.length - 1) }),
    // Also by somebody who makes the sums fit.
    fc.record({ dropLine: anyLine, refit: fc.boolean() }),
    fc.record({ swap: anyLine, with: anyLine, refit: fc.boolean() }),
    fc.record({ copy: anyLine, to: anyLine, refit: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(change, async (how) => {
      const changed = changedFile(how);
      fc.pre(!changed.equals(FILE));
      const { ok, problem } = await verify(changed);
      expect(ok).toBe(false);
      expect(problem?.line).toBeGreaterThan(0);
    }),
    { numRuns: runs, seed: Number(SEED) },
  );
}, 120_000);

type Change = Readonly<Record<string, unknown>>;

function changedFile(how: Change): Buffer {
  if ("edit" in how) {
    const copy = Buffer.from(FILE);
    copy[Number(how["edit"])] = Number(how["to"]);
    return copy;
  }
  if ("drop" in how) {
    const at = Number(how["drop"]);
    return Buffer.concat([FILE.subarray(0, at), FILE.subarray(at + Number(how["count"]))]);
  }
  if ("insert" in how) {
    const at = Number(how["insert"]);
    return Buffer.concat([FILE.subarray(0, at), how["bytes"] as Uint8Array, FILE.subarray(at)]);
  }
  if ("cut" in how) return FILE.subarray(0, Number(how["cut"]));
  const lines = changedLines(how);
  const ends = lines.at(-1)?.startsWith('{"end"') === true;
  return how["refit"] === true && ends ? refitted(lines) : fileOf(lines);
}

function changedLines(how: Change): readonly string[] {
  if ("dropLine" in how) return LINES.toSpliced(Number(how["dropLine"]), 1);
  const [one, other] = [Number(how["swap"] ?? how["copy"]), Number(how["with"] ?? how["to"])];
  const text = LINES[one] ?? "";
  if ("copy" in how) return LINES.toSpliced(other, 0, text);
  return LINES.with(one, LINES[other] ?? "").with(other, text);
}
