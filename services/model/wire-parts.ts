// Owns what both dialects' answers are read with: token counts and tool calls.
import { z } from "zod";
import type { RawCall } from "../../contract/model.ts";

/** Calls in one answer above which it is no answer; an agent's own limit is far below. */
const MAX_CALLS = 1024;
/** Longest call id and tool name that are kept, in UTF-16 units. */
const MAX_NAME = 256;

/** A token count; what is none counts as not reported. */
export const tokens = z
  .int()
  .nonnegative()
  .nullish()
  .transform((count) => count ?? undefined)
  .catch(undefined);

export interface WireCall {
  readonly id: string | null | undefined;
  readonly name: string;
  readonly arguments?: string | null | undefined;
}

/** The calls as the runtime keeps them, or undefined when there are more than any model means. */
export function rawCalls(calls: readonly WireCall[]): readonly RawCall[] | undefined {
  if (calls.length > MAX_CALLS) return undefined;
  return calls.map((call, ordinal) => ({
    // Some servers give no id, or an empty one; the result has to name one.
    callId: call.id && call.id.length <= MAX_NAME ? call.id : `call_${ordinal}`,
    name: call.name.slice(0, MAX_NAME).toWellFormed(),
    arguments: call.arguments ?? "",
  }));
}
