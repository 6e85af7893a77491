// Owns what models cost and since when: the app's own prices before the shipped ones.
import { z } from "zod";
import type { TokenPrice } from "../../contract/port.ts";
import { utcDate } from "../../core/budget/utc-date.ts";
import { DEFAULT_PRICES } from "./default-prices.ts";
import type { ModelPrice } from "./model-price.ts";

export type FoundPrice =
  | { readonly found: true; readonly price: TokenPrice }
  /** `message` says which model, on which day, and what to do. */
  | { readonly found: false; readonly code: "price_missing"; readonly message: string };

export interface PriceTable {
  /** The price of a model at a time, in milliseconds since the epoch. */
  find(model: string, at: number): FoundPrice;
}

const MAX_PRICE = 1_000_000_000_000;
const WHOLE = `must be a whole number of millionths per million tokens, from 0 to ${MAX_PRICE}`;
const perMillion = z.int(WHOLE).min(0, WHOLE).max(MAX_PRICE, WHOLE);
const pricesSchema = z.array(
  z.strictObject({
    model: z.string().min(1),
    from: z.iso.date("must be a day, yyyy-mm-dd"),
    inputPerMillion: perMillion,
    outputPerMillion: perMillion,
    cachedInputPerMillion: z.exactOptional(perMillion),
  }),
);

/**
 * `own` prices replace all shipped ones of the same model. Throws an Error with a line per
 * problem that names the entry and the field.
 */
export function createPriceTable(own: readonly ModelPrice[] = []): PriceTable {
  const parsed = pricesSchema.safeParse(own);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      ({ path: [index, ...path], message }) =>
        `prices: entry ${String(index)} (${own[Number(index)]?.model ?? "no model"}): ${path.map(String).join(".")} ${message}`,
    );
    throw new Error(lines.join("\n"));
  }
  const named = new Set(own.map(({ model }) => model));
  const all = [...own, ...DEFAULT_PRICES.filter(({ model }) => !named.has(model))];
  const byModel = Map.groupBy(all, ({ model }) => model);
  return {
    find(model, at) {
      // A dated snapshot costs what its model costs, unless it has a price of its own.
      const entries = byModel.get(model) ?? byModel.get(model.replace(SNAPSHOT, ""));
      const day = utcDate(at);
      const current = entries
        ?.filter(({ from }) => from <= day)
        .toSorted((a, b) => (a.from < b.from ? 1 : -1))[0];
      if (current === undefined) return { found: false, ...missing(model, day) };
      const { model: _, from: __, ...price } = current;
      return { found: true, price };
    },
  };
}

const SNAPSHOT = /-\d{4}-\d\d-\d\d$/;

function missing(model: string, day: string) {
  const message = `no price is known for the model "${model}" on ${day}; add { model, from, inputPerMillion, outputPerMillion } to the app's prices`;
  return { code: "price_missing", message } as const;
}
