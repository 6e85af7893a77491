// Owns reading the JSON Schema that a Standard Schema gives of itself.
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

/**
 * The JSON Schema (draft 2020-12) of what a schema takes as input, or undefined when the
 * schema does not implement the Standard JSON Schema interface. May throw what the
 * library throws for a type that JSON Schema cannot express.
 */
export function describeSchema(schema: StandardSchemaV1): Record<string, unknown> | undefined {
  const standard: Partial<StandardJSONSchemaV1["~standard"]> = schema["~standard"];
  return standard.jsonSchema?.input({ target: "draft-2020-12" });
}
