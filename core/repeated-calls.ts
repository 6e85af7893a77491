// Owns the count of equal calls within a turn, by which an endless loop is seen (F7).
import type { EventData } from "../contract/event.ts";
import { digestOf } from "./digest.ts";
import type { RepeatedCall } from "./task-head.ts";

/** Different calls that are counted at once; the one asked for longest ago is forgotten. */
const REMEMBERED = 32;

function keyOf(tool: string, argumentsDigest: string): string {
  return `${tool}/${argumentsDigest}`;
}

/** How often this call was asked for already, without a change in between. */
export function timesAsked(
  repeats: readonly RepeatedCall[],
  tool: string,
  argumentsDigest: string,
): number {
  const key = keyOf(tool, argumentsDigest);
  return repeats.find((each) => each.key === key)?.count ?? 0;
}

export function countCall(
  repeats: readonly RepeatedCall[],
  tool: string,
  argumentsDigest: string,
): readonly RepeatedCall[] {
  const key = keyOf(tool, argumentsDigest);
  const before = repeats.find((each) => each.key === key);
  const counted = { key, ...before, count: (before?.count ?? 0) + 1 };
  return [...repeats.filter((each) => each.key !== key), counted].slice(-REMEMBERED);
}

/** Takes back one `countCall`, of a call that is not made after all. */
export function uncountCall(
  repeats: readonly RepeatedCall[],
  tool: string,
  argumentsDigest: string,
): readonly RepeatedCall[] {
  const key = keyOf(tool, argumentsDigest);
  return repeats.flatMap((each) => {
    if (each.key !== key) return [each];
    return each.count > 1 ? [{ ...each, count: each.count - 1 }] : [];
  });
}

/**
 * Takes a result in: another result than last time, or a call that may have changed the
 * world, begins the count anew.
 */
export function noteResult(
  repeats: readonly RepeatedCall[],
  returned: EventData["tool.returned"],
  changes: boolean,
): readonly RepeatedCall[] {
  const key = keyOf(returned.tool, returned.argumentsDigest);
  const own = repeats.find((each) => each.key === key);
  const changed = changes && returned.outcome === "ok";
  if (own === undefined) return changed ? [] : repeats;
  const resultDigest = digestOf(resultOf(returned));
  const differs = own.resultDigest !== undefined && own.resultDigest !== resultDigest;
  const noted: RepeatedCall = { key, resultDigest, count: differs ? 1 : own.count };
  return changed ? [noted] : [...repeats.filter((each) => each.key !== key), noted];
}

function resultOf(returned: EventData["tool.returned"]): unknown {
  if (returned.outcome === "ok") return returned.result;
  return returned.outcome === "error" ? [returned.code, returned.message] : returned.outcome;
}
