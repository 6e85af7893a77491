// Owns a body's schema as callers of the gateway see it: the contract's own, without what the gateway
// puts in. What is left out is refused where somebody sends it.
import { z } from "zod";

type BodyObject = z.ZodObject | z.ZodDefault<z.ZodObject>;
/** A JSON object; the runtime holds it against the whole schema once more. */
export type Body = Readonly<Record<string, unknown>>;

/** Rules across fields are left to the runtime. */
export function without(schema: BodyObject, ...names: readonly string[]): z.ZodType<Body> {
  const { shape } = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  const kept = Object.entries(shape).filter(([name]) => !names.includes(name));
  return z.strictObject(Object.fromEntries(kept));
}
