// Owns which schemas are sent in OpenAI's strict mode: only those that it is known to take.
import { expect, it } from "vitest";
import { z } from "zod";
import { fitsStrictMode } from "../../services/model/strict-mode.ts";

const describeZod = (schema: z.ZodType) => z.toJSONSchema(schema) as Record<string, unknown>;

it.each([
  z.object({ a: z.string(), b: z.array(z.object({ c: z.boolean() })) }),
  z.object({ a: z.enum(["x", "y"]), b: z.string().nullable(), c: z.int().min(1) }),
])("takes a closed object whose fields are all required (%#)", (schema) => {
  expect(fitsStrictMode(describeZod(schema))).toBe(true);
});

it.each([
  z.object({ a: z.string().optional() }),
  z.object({ a: z.string(), b: z.string().optional() }),
  z.looseObject({ a: z.string() }),
  z.object({ a: z.record(z.string(), z.string()) }),
  z.object({ a: z.any() }),
  z.object({ a: z.array(z.object({ b: z.string().optional() })) }),
  z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
  z.array(z.string()),
])("leaves every other schema to our own validation (%#)", (schema) => {
  expect(fitsStrictMode(describeZod(schema))).toBe(false);
});
