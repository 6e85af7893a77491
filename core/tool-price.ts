// Owns asking a tool what a call costs. The author's code may throw or answer anything.
import type { AnyTool } from "../contract/tool.ts";

/** In micro-units, 0 where the tool names no price; undefined where it does not say it. */
export function toolPrice(tool: Pick<AnyTool, "price">, input: unknown): number | undefined {
  if (tool.price === undefined) return 0;
  try {
    const price: unknown = tool.price(input);
    if (Number.isSafeInteger(price) && (price as number) >= 0) return price as number;
  } catch {
    // Its message may quote the input.
  }
  return undefined;
}

/** Why a call is refused of which `toolPrice` does not know what it costs. */
export const NO_PRICE =
  "the tool does not say what this call would cost in whole micro-units, from 0";
