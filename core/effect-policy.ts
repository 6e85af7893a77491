// Owns what follows from an effect class: one row per class, and nothing else in the code
// decides by class (L7). docs/effects.md shows the same table.
import type { EffectClass } from "../contract/effect-class.ts";

export interface EffectPolicy {
  /** A person must approve each call, unless the tool says otherwise. */
  readonly approval: boolean;
  /** May be issued again, as a new attempt, when its outcome is unknown. */
  readonly repeatable: boolean;
  /** Counts as a change of the world between two equal calls (F7). */
  readonly changes: boolean;
}

export const EFFECT_POLICY: Readonly<Record<EffectClass, EffectPolicy>> = {
  read: { approval: false, repeatable: true, changes: false },
  reversible: { approval: true, repeatable: false, changes: true },
  irreversible: { approval: true, repeatable: false, changes: true },
  financial: { approval: true, repeatable: false, changes: true },
  communication: { approval: true, repeatable: false, changes: true },
  code: { approval: true, repeatable: false, changes: true },
  administrative: { approval: true, repeatable: false, changes: true },
};
