// Owns a call that is in flight for as long as a measurement needs it to be: it marks its begin,
// and ends when it is told to stop.
import { setTimeout as delay } from "node:timers/promises";
import { mark } from "./marks.ts";
import type { Mark } from "./orders.ts";

/** No measurement leaves one alone for longer, in milliseconds. */
const LONGEST_MS = 20_000;

export async function longCall(
  kind: Mark["kind"],
  label: string,
  signal: AbortSignal,
): Promise<string> {
  mark(kind, label, 0);
  await delay(LONGEST_MS, undefined, { signal });
  return "done";
}
