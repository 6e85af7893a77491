// Owns the reading of "try again in ...", in each form that servers use.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../services/model/retry-after.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
const read = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), NOW);
const httpDate = (ms: number) => new Date(ms).toUTCString();

describe("F10 Retry-After", () => {
  it.each([
    ["7", 7_000],
    [" 1.5 ", 1_500],
    ["0", undefined],
    ["-3", undefined],
    ["soon", undefined],
    ["", undefined],
    ["1e9", undefined],
    ["999999999", DAY],
  ])("in seconds: %j", (value, expected) => {
    expect(read({ "retry-after": value })).toBe(expected);
  });

  it("in milliseconds, which is the more exact of the two", () => {
    expect(read({ "retry-after-ms": "250", "retry-after": "1" })).toBe(250);
    expect(read({ "retry-after-ms": "x", "retry-after": "1" })).toBe(1_000);
  });

  it("as a date, by the server's clock where it tells its own time", () => {
    expect(read({ "retry-after": httpDate(NOW + 9_000) })).toBe(9_000);
    const offBy = { "retry-after": httpDate(NOW + DAY + 5_000), date: httpDate(NOW + DAY) };
    expect(read(offBy)).toBe(5_000);
    expect(read({ "retry-after": httpDate(NOW - 9_000) })).toBeUndefined();
  });

  it("is a whole number of milliseconds within a day, or nothing, whatever the headers say", () => {
    const anyValue = fc.oneof(
      fc.string().filter((text) => /^[\x20-\x7e]*$/.test(text)),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (seconds, ms, date) => {
        const pause = read({ "retry-after": seconds, "retry-after-ms": ms, date });
        if (pause === undefined) return;
        expect(Number.isInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThan(0);
        expect(pause).toBeLessThanOrEqual(DAY);
      }),
    );
  });
});
