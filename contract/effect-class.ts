// Owns the list of effect classes. What follows from a class is decided in
// core/effect-policy.ts and nowhere else.
import { z } from "zod";

/** What a tool may do to the outside world (ARCHITECTURE L7, R45). */
export const EFFECT_CLASSES = [
  "read",
  "reversible",
  "irreversible",
  "financial",
  "communication",
  "code",
  "administrative",
] as const;

export const effectClassSchema = z.enum(EFFECT_CLASSES);
export type EffectClass = (typeof EFFECT_CLASSES)[number];

/** From the least to the most. */
export const RISKS = ["low", "medium", "high"] as const;
export type Risk = (typeof RISKS)[number];
