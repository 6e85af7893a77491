// Owns what a log and the calls that were issued tell of effects that may have been made twice: a
// new attempt is right only where the one before provably had no effect (L7).
import type { TaskEvent } from "../../contract/event.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";

type Known = "open" | "unknown" | "none" | "made";

/** The calls that got another attempt although the one before may have had its effect. */
export function repeatedEffects(
  log: readonly TaskEvent[],
  issued: ReadonlySet<string>,
): readonly string[] {
  const known = new Map<string, Known>();
  const last = new Map<string, string>();
  const wrong: string[] = [];
  for (const event of log) {
    if (event.type === "call.repeated") {
      const { step, ordinal, operationId, tool, effect } = event.data;
      const place = `${step}/${ordinal}`;
      const before = last.get(place) ?? firstAttempt(operationId);
      const state = known.get(before) ?? (issued.has(before) ? "open" : "none");
      if (state !== "none" && !EFFECT_POLICY[effect].repeatable) wrong.push(`${tool} ${state}`);
      last.set(place, operationId);
    } else note(event, known);
  }
  return wrong;
}

/** Operation ids end with the attempt's number, from 1. */
function firstAttempt(operationId: string): string {
  return operationId.replace(/\d+$/, "1");
}

function note({ type, data }: TaskEvent, known: Map<string, Known>): void {
  if (type === "tool.returned")
    known.set(data.operationId, data.outcome === "unknown" ? "unknown" : "made");
  if (type === "effect.reconciled" || type === "effect.stated")
    if (data.outcome === "not-applied") known.set(data.operationId, "none");
  if (type === "call.blocked") known.set(data.operationId, "none");
}
