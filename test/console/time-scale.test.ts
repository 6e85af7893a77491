// Shows that the waterfall's axis keeps the order of time, whatever was at work when, and shortens what was not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ticksOf, timeScale } from "../../console/task/time-scale.ts";
import { SEED } from "../support/seed.ts";

const DAY = 86_400_000;
const spans = fc.array(
  fc
    .record({ from: fc.nat(30 * DAY), length: fc.nat(DAY) })
    .map(({ from, length }) => ({ from, to: from + length })),
  { maxLength: 30 },
);

describe("R76 the waterfall's axis", () => {
  it(`never runs backwards, and ends at both ends (HOLDFAST_SEED=${SEED})`, () => {
    const property = fc.property(spans, fc.array(fc.nat(31 * DAY)), (work, times) => {
      const to = 31 * DAY;
      const { place, stretches } = timeScale(work, 0, to);
      const places = times.toSorted((one, other) => one - other).map(place);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
      for (const each of places) {
        expect(each).toBeGreaterThanOrEqual(0);
        expect(each).toBeLessThanOrEqual(1);
      }
      expect([place(0), place(to)]).toEqual([0, 1]);
      expect(stretches.at(-1)?.end).toBeCloseTo(1);
    });
    fc.assert(property, { numRuns: 500, seed: Number(SEED) });
  });

  it("draws a week in which nothing was at work shorter than the minute in which something was", () => {
    const week = 7 * DAY;
    const { place, stretches } = timeScale(
      [
        { from: 0, to: 30_000 },
        { from: week, to: week + 30_000 },
      ],
      0,
      week + 30_000,
    );
    expect(stretches.map(({ gap }) => gap)).toEqual([false, true, false]);
    expect(place(week) - place(30_000)).toBeLessThan(0.1);
    expect(place(30_000)).toBeGreaterThan(0.4);
    // A time stands at the beginning of each, with room up to the gap.
    const scale = timeScale(
      [
        { from: 0, to: 30_000 },
        { from: week, to: week + 30_000 },
      ],
      0,
      week + 30_000,
    );
    expect(ticksOf(scale).map(({ at }) => at)).toEqual([0, week]);
  });
});
