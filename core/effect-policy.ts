// Owns what follows from an effect class: one row per class, and nothing else in the code
// decides by class (L7). docs/effects.md shows the same table.
import type { EffectClass, Risk } from "../contract/effect-class.ts";

export interface EffectPolicy {
  /** A person must approve each call, unless the tool says otherwise. */
  readonly approval: boolean;
  /** May be issued again, as a new attempt, when its outcome is unknown. */
  readonly repeatable: boolean;
  /** The other side must honour idempotency keys, or else the call is made at most once. */
  readonly needsKey: boolean;
  /** The tool must declare a `compensate` (R46). */
  readonly compensation: boolean;
  /** A fresh view of the task and of stops is asked for right before the effect (L8). */
  readonly freshAuthority: boolean;
  /** May run in a fork of a task. */
  readonly fork: boolean;
  /** May run when a task's log is replayed; what may not is answered from the log. */
  readonly replay: boolean;
  /** Changes the world: such a call between two equal ones makes them no loop (F7). */
  readonly changes: boolean;
  /** How much is at stake: people who decide look at the highest first. */
  readonly risk: Risk;
}

const READ: EffectPolicy = {
  approval: false,
  repeatable: true,
  needsKey: false,
  compensation: false,
  freshAuthority: false,
  fork: true,
  replay: true,
  changes: false,
  risk: "low",
};

const EFFECT: EffectPolicy = {
  approval: true,
  repeatable: false,
  needsKey: true,
  compensation: false,
  freshAuthority: true,
  fork: false,
  replay: false,
  changes: true,
  risk: "high",
};

export const EFFECT_POLICY: Readonly<Record<EffectClass, EffectPolicy>> = {
  read: READ,
  reversible: { ...EFFECT, compensation: true, risk: "low" },
  irreversible: EFFECT,
  financial: EFFECT,
  communication: { ...EFFECT, risk: "medium" },
  code: EFFECT,
  administrative: EFFECT,
};

/** Whether a tool's effect is made at most once, since nobody else would keep it from happening twice. */
export function isFenced(tool: {
  readonly effect: EffectClass;
  readonly idempotency: "honoured" | "none";
}): boolean {
  return EFFECT_POLICY[tool.effect].needsKey && tool.idempotency === "none";
}
