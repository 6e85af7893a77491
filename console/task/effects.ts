// Owns which effects a task has had, or may have had, and what became of each, as its log says. Pure.
import type { EffectClass } from "../../contract/effect-class.ts";
import type { TaskEvent } from "../../contract/event.ts";

export type EffectOutcome =
  | "applied"
  | "failed"
  | "unknown"
  | "cancelled"
  | "undone"
  | "not undone";

export interface Effect {
  readonly operationId: string;
  readonly tool: string;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  readonly outcome: EffectOutcome;
  /** Of the last entry about it. */
  readonly seq: number;
  readonly at: number;
  readonly grantId?: string;
  readonly approved: boolean;
  /** How it came to be known, where the tool itself did not say. */
  readonly via?: string;
}

const OUTCOME = {
  ok: "applied",
  error: "failed",
  unknown: "unknown",
  cancelled: "cancelled",
} as const;

/** In the order in which they were first known; calls that only read are none. */
export function effectsOf(events: readonly TaskEvent[]): readonly Effect[] {
  const effects = new Map<string, Effect>();
  const change = (operationId: string, more: Partial<Effect>): void => {
    const known = effects.get(operationId);
    if (known !== undefined) effects.set(operationId, { ...known, ...more });
  };
  for (const event of events) {
    const { seq, at } = event;
    if (event.erased !== undefined) continue;
    if (event.type === "tool.returned" && event.data.effect !== "read") {
      const { operationId, tool, toolVersion, effect, outcome, authority, via } = event.data;
      effects.set(operationId, {
        operationId,
        tool,
        toolVersion,
        effect,
        outcome: OUTCOME[outcome],
        seq,
        at,
        approved: authority?.approvalDigest !== undefined,
        ...(authority?.grantId === undefined ? {} : { grantId: authority.grantId }),
        ...(via === undefined ? {} : { via }),
      });
    } else if (event.type === "effect.compensated") {
      const { operationId, outcome } = event.data;
      change(operationId, { outcome: outcome === "undone" ? "undone" : "not undone", seq, at });
    } else if (event.type === "effect.stated" || event.type === "effect.reconciled") {
      const { operationId, outcome } = event.data;
      if (outcome === "applied") change(operationId, { outcome: "applied", seq, at });
      if (outcome === "not-applied") change(operationId, { outcome: "failed", seq, at });
    }
  }
  return [...effects.values()];
}
