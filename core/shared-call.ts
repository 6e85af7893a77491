// Owns the rule for a call that a model repeats within one answer (F5): the first binds, and
// the same call again shares its operation and its result.
import type { AnswerCall } from "../contract/model.ts";

/** The ordinal of the call whose operation the call at `ordinal` shares; its own if none. */
export function sharedOrdinal(calls: readonly AnswerCall[], ordinal: number): number {
  const call = calls[ordinal];
  if (call === undefined || ordinal === 0 || !call.check.ok) return ordinal;
  const { digest } = call.check;
  const first = calls.findIndex(
    (each) =>
      each.name === call.name &&
      each.check.ok &&
      each.check.digest === digest &&
      call.callId.startsWith(`${each.callId}~`),
  );
  return first === -1 || first > ordinal ? ordinal : first;
}
