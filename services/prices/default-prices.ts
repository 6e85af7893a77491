// Owns the prices that are shipped: a start, not a source. CHECK BEFORE RELYING ON IT: providers
// change prices without notice, and batch, priority, long-context and regional rates differ.
// Written on 2026-11-21 from memory of OpenAI's public price list (https://openai.com/api/pricing),
// standard tier, US dollars; `from` is the day on which a price was announced.
import type { ModelPrice } from "./model-price.ts";

/** Dollars per million tokens to millionths of a dollar. */
function dollars(amount: number): number {
  return Math.round(amount * 1_000_000);
}

function price(
  model: string,
  from: string,
  [input, cached, output]: readonly [input: number, cached: number, output: number],
): ModelPrice {
  return {
    model,
    from,
    inputPerMillion: dollars(input),
    cachedInputPerMillion: dollars(cached),
    outputPerMillion: dollars(output),
  };
}

/** In millionths of a US dollar per million tokens. */
export const DEFAULT_PRICES: readonly ModelPrice[] = [
  price("gpt-4o", "2024-10-02", [2.5, 1.25, 10]),
  price("gpt-4o-mini", "2024-10-02", [0.15, 0.075, 0.6]),
  price("gpt-4.1", "2025-04-14", [2, 0.5, 8]),
  price("gpt-4.1-mini", "2025-04-14", [0.4, 0.1, 1.6]),
  price("gpt-4.1-nano", "2025-04-14", [0.1, 0.025, 0.4]),
  price("o4-mini", "2025-04-16", [1.1, 0.275, 4.4]),
  price("o3", "2025-06-10", [2, 0.5, 8]),
  price("gpt-5", "2025-08-07", [1.25, 0.125, 10]),
  price("gpt-5-mini", "2025-08-07", [0.25, 0.025, 2]),
  price("gpt-5-nano", "2025-08-07", [0.05, 0.005, 0.4]),
];
