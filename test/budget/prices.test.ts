// Owns prices: dated, overridable, and said to be missing where they are.
import { describe, expect, it } from "vitest";
import type { ModelPrice } from "../../services/prices/model-price.ts";
import { createPriceTable } from "../../services/prices/price-table.ts";

const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);
const mine = (from: string, inputPerMillion: number): ModelPrice => ({
  model: "gpt-5",
  from,
  inputPerMillion,
  outputPerMillion: 1,
});

describe("prices of models", () => {
  it("R98 ships prices of some models, also for their dated snapshots", () => {
    const price = {
      inputPerMillion: 1_250_000,
      cachedInputPerMillion: 125_000,
      outputPerMillion: 10_000_000,
    };
    const table = createPriceTable();
    expect(table.find("gpt-5", day("2026-11-21"))).toEqual({ found: true, price });
    expect(table.find("gpt-5-2025-08-07", day("2026-11-21"))).toEqual({ found: true, price });
  });

  it("the entry of the latest day that has come holds; own entries replace all shipped ones", () => {
    const table = createPriceTable([mine("2026-12-01", 20), mine("2026-01-01", 10)]);
    const at = (text: string) => table.find("gpt-5", day(text));
    expect(at("2026-11-30")).toMatchObject({ price: { inputPerMillion: 10 } });
    expect(at("2026-12-01")).toMatchObject({ price: { inputPerMillion: 20 } });
    expect(at("2025-12-31")).toMatchObject({ found: false });
  });

  it("R98 a missing price is said, with the model, the day and what to do", () => {
    expect(createPriceTable().find("house-model", day("2026-11-21"))).toEqual({
      found: false,
      code: "price_missing",
      message: expect.stringMatching(/"house-model" on 2026-11-21; add .* to the app's prices/),
    });
  });

  it.each([
    [{ inputPerMillion: -1 }, "entry 0 (gpt-5): inputPerMillion must be a whole number"],
    [{ outputPerMillion: Number.NaN }, "entry 0 (gpt-5): outputPerMillion must be a whole number"],
    [
      { cachedInputPerMillion: 0.5 },
      "entry 0 (gpt-5): cachedInputPerMillion must be a whole number",
    ],
    [{ from: "21.11.2026" }, "entry 0 (gpt-5): from must be a day, yyyy-mm-dd"],
  ])("a price that nobody can mean is refused: %j", (wrong, words) => {
    expect(() => createPriceTable([{ ...mine("2026-01-01", 1), ...wrong }])).toThrow(words);
  });
});
