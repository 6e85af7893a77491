// Owns how pauses of many that began together are kept from ending together, where nothing may be
// random.
import { sha256 } from "./digest.ts";

/** Once to twice the pause, in whole milliseconds: always the same for the same text. */
export function spread(pauseMs: number, text: string): number {
  const share = Number.parseInt(sha256(text).slice(0, 8), 16) / 2 ** 32;
  return Math.round(pauseMs * (1 + share));
}
