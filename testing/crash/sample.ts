// Owns the choice of a part of a list: spread evenly, and shifted by a seed, so that runs with
// different seeds come by all of it.
import { sha256 } from "../../core/digest.ts";

/** `count` of the items, in their order; all of them when there are no more. */
export function sampleEvenly<T>(items: readonly T[], count: number, seed: string): readonly T[] {
  if (count >= items.length) return items;
  const shift = Number.parseInt(sha256(seed).slice(0, 12), 16) / 2 ** 48;
  return Array.from({ length: count }, (_, index) => {
    return items[Math.floor(((index + shift) * items.length) / count)];
  }).filter((item) => item !== undefined);
}
