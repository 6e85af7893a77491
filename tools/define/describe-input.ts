// Owns the JSON Schema of a tool's input, as the model sees it: the author's, or the schema's own
// description of itself.
import type { AnySchema, JsonSchemaSource } from "../../contract/tool.ts";

interface Describable {
  readonly input: AnySchema;
  readonly inputJsonSchema?: Record<string, unknown>;
}

/** JSON Schema (draft 2020-12) of an object. Throws what `refuse` makes of the problem. */
export function describeInput(
  spec: Describable,
  refuse: (problem: string) => Error,
): Record<string, unknown> {
  const described = spec.inputJsonSchema ?? selfDescription(spec.input, refuse);
  if (described["type"] !== "object") {
    throw refuse("has an input schema that is not an object's; wrap it: z.object({ value: ... })");
  }
  // The model needs no link to the dialect, and would pay for it in every call.
  const { $schema: _, ...jsonSchema } = described;
  return jsonSchema;
}

function selfDescription(
  input: AnySchema,
  refuse: (problem: string) => Error,
): Record<string, unknown> {
  const standard = input["~standard"];
  const fix = "add inputJsonSchema: the JSON Schema (draft 2020-12) of the input";
  if (!("jsonSchema" in standard)) {
    throw refuse(`has an input schema of ${standard.vendor} that cannot describe itself; ${fix}`);
  }
  try {
    return (standard as JsonSchemaSource["~standard"]).jsonSchema.input({
      target: "draft-2020-12",
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse(`has an input schema that JSON Schema cannot express (${why}); ${fix}`);
  }
}
