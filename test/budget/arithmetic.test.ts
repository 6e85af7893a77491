// Owns the small pure parts: keys and days, settings, limits that nobody can mean, estimates.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUDGET_LEVELS } from "../../contract/budget.ts";
import { shortOf } from "../../core/budget/amounts.ts";
import {
  costOf,
  DEFAULT_OUTPUT_CAP,
  estimateInputTokens,
  estimateModelCall,
  overrunOf,
  usedByModelCall,
} from "../../core/budget/estimate.ts";
import { sliceOf } from "../../core/budget/lease.ts";
import { budgetKey, parseBudgetKey, sourcesOf } from "../../core/budget/levels.ts";
import { defineBudgets } from "../../core/budget/settings.ts";
import { utcDate } from "../../core/budget/utc-date.ts";

const everything = defineBudgets({
  levels: Object.fromEntries(BUDGET_LEVELS.map((level) => [level, {}])),
  desks: 1,
});
const NOON = Date.UTC(2026, 10, 21, 12);
const name = fc.string({ unit: "grapheme", minLength: 1 });

describe("budgets, the arithmetic", () => {
  it("R98 a day is a UTC date, whatever the machine's time zone", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (at) => {
        expect(utcDate(at)).toBe(new Date(at).toISOString().slice(0, 10));
      }),
    );
  });

  it("R98 no two budgets share a key, whatever their names", () => {
    fc.assert(
      fc.property(name, name, (tenant, owner) => {
        const key = budgetKey({ level: "owner", tenant, owner });
        expect(parseBudgetKey(key)).toEqual({ level: "owner", tenant, owner });
        expect(key.split("/")).toHaveLength(3);
      }),
    );
  });

  it.each([
    "",
    "task",
    "task/",
    "task/a/b",
    "owner/a",
    "owner/a/b/c",
    "tenant/a/x",
    "tenant/a/1/2",
    "day/a",
    "day/a/2026-1-1",
    "task/%61",
    "task/%zz",
    "task/ä",
  ])("%j is no key of a budget", (key) => {
    expect(parseBudgetKey(key)).toBeUndefined();
  });

  it("R98 budgets are asked in one order: child, parent, owner, tenant; and the day last", () => {
    const of = (key: string, place?: Parameters<typeof sourcesOf>[2]) =>
      sourcesOf(key, everything, place, NOON);
    const day = "day/acme/2026-11-21";
    expect(of("task/c", { tenant: "acme", owner: "ann", ancestors: ["p"] })).toEqual([
      "task/p",
      day,
    ]);
    expect(of("task/p", { tenant: "acme", owner: "ann" })).toEqual(["owner/acme/ann", day]);
    expect(of("task/p", { tenant: "acme" })).toEqual(["tenant/acme", day]);
    expect(of("owner/acme/ann")).toEqual(["tenant/acme"]);
    expect(of("tenant/acme")).toEqual([]);
    expect(of(day)).toEqual([]);
  });

  it("R98 levels that are not kept are not asked", () => {
    const taskOnly = defineBudgets({ levels: { task: {} } });
    expect(sourcesOf("task/p", taskOnly, { tenant: "acme", owner: "ann" }, NOON)).toEqual([]);
  });

  it.each([
    [
      { levels: { task: { limit: { money: -1 } } } },
      "levels.task.limit.money must be a whole number from 0",
    ],
    [
      { levels: { day: { limit: { steps: 1.5 } } } },
      "levels.day.limit.steps must be a whole number",
    ],
    [
      { levels: { day: { limit: { steps: Number.NaN } } } },
      "levels.day.limit.steps must be a whole number",
    ],
    [
      { levels: { owner: { limit: { money: Infinity } } } },
      "levels.owner.limit.money must be a whole number",
    ],
    [
      { levels: { owner: { slice: { money: 2 ** 53 } } } },
      "levels.owner.slice.money must be a whole number",
    ],
    [
      { levels: { galaxy: {} } },
      'there is no level "galaxy"; the levels are task, owner, tenant, day',
    ],
    [{ levels: {}, desks: 0 }, "desks must be a whole number from 1 to 64"],
    [{ levels: {}, idleMs: Infinity }, "idleMs must be a whole number"],
    [{ levels: {}, missingPrice: "guess" }, 'missingPrice must be "refuse" or "count-tokens"'],
  ])("R49 a setting that nobody can mean is refused: %j", (spec, words) => {
    expect(() => defineBudgets(spec as Parameters<typeof defineBudgets>[0])).toThrow(words);
  });

  it("R98 a model without a price is refused where money is limited, unless told otherwise", () => {
    const levels = { tenant: { limit: { money: 1 } } };
    expect(defineBudgets({ levels }).missingPrice).toBe("refuse");
    expect(defineBudgets({ levels, missingPrice: "count-tokens" }).missingPrice).toBe(
      "count-tokens",
    );
    expect(defineBudgets({ levels: { tenant: {} } }).missingPrice).toBe("count-tokens");
  });

  it("R98 a slice is never above the room, never below the need, and shrinks near the limit", () => {
    const few = fc.nat(1_000);
    fc.assert(
      fc.property(few, few, few, (free, more, want) => {
        const need = Math.min(more, free);
        const slice = sliceOf({ money: free }, { money: need }, { money: want });
        expect(shortOf({ money: free }, slice)).toBeUndefined();
        expect(slice.money ?? 0).toBeGreaterThanOrEqual(need);
        expect(slice.money ?? 0).toBeLessThanOrEqual(Math.max(need, free / 16));
      }),
    );
  });

  it("R98 an estimate is a bound: what a provider that honours the cap uses is never above it", () => {
    const price = {
      inputPerMillion: 1_250_000,
      cachedInputPerMillion: 125_000,
      outputPerMillion: 10_000_000,
    };
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.nat(100_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bytes, cap, part) => {
          const size = { textBytes: bytes, parts: 3, images: 0, fileBytes: 0 };
          const reserved = estimateModelCall({
            inputTokensEstimate: estimateInputTokens(size),
            maxOutputTokens: cap,
            price,
            timeoutMs: 1_000,
          });
          const inputTokens = Math.floor(bytes * part);
          const usage = {
            inputTokens,
            outputTokens: Math.floor(cap * part),
            cachedInputTokens: Math.floor(inputTokens * part),
          };
          expect(overrunOf(usedByModelCall(usage, price, 999), reserved)).toEqual({});
        },
      ),
    );
  });

  it("F25 what is above the cap is an overrun, by dimension", () => {
    expect(overrunOf({ outputTokens: 110, steps: 1 }, { outputTokens: 100, steps: 1 })).toEqual({
      outputTokens: 10,
    });
    expect(DEFAULT_OUTPUT_CAP).toBe(16_384);
  });

  it("what a provider counted before makes the next estimate tight", () => {
    const before = { textBytes: 40_000, parts: 10, images: 0, fileBytes: 0 };
    const now = { ...before, textBytes: 41_000, parts: 12 };
    const known = { size: before, inputTokens: 10_000 };
    expect(estimateInputTokens(now, known)).toBe(10_000 + 1_000 + 2 * 16);
    expect(estimateInputTokens(now)).toBe(41_000 + 12 * 16);
  });

  it("money is exact in millionths and rounded up, also where the product exceeds 2^53", () => {
    const price = { inputPerMillion: 1, outputPerMillion: 3_000_000_000_000 };
    expect(costOf({ inputTokens: 1, outputTokens: 0 }, price)).toBe(1);
    expect(costOf({ inputTokens: 0, outputTokens: 1_000_000 }, price)).toBe(3_000_000_000_000);
    expect(costOf({ inputTokens: 10, outputTokens: 0, cachedInputTokens: 99 }, price)).toBe(1);
  });
});
