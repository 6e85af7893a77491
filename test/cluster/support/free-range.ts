// Owns ports in a row for a cluster of a test, as `holdfast cluster --ports` takes them.
import { randomInt } from "node:crypto";
import { isFree } from "../../../services/engine/ports.ts";

/** The first of so many ports in a row that were free a moment ago. */
export async function freeRange(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(15_000, 32_000);
    const range = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(range.map(isFree))).every(Boolean)) return first;
  }
}
