// Owns the question whether a JSON Schema is within the subset that OpenAI's strict mode
// takes. A schema outside of it would be refused with the whole request, so when in doubt:
// not strict. The answer is validated by us in either case.

const PLAIN_KEYWORD =
  /^(\$schema|type|title|description|enum|const|(exclusive)?(minimum|maximum)|multipleOf|(min|max)Items)$/i;
const OBJECT_KEYWORDS = new Set(["properties", "required", "additionalProperties"]);
/** Levels of nesting; OpenAI's own limit has been 5 and is 10. */
const MAX_DEPTH = 5;

/** Whether every part of the schema is one that strict mode is known to take. */
export function fitsStrictMode(schema: Record<string, unknown>): boolean {
  return schema.type === "object" && !("anyOf" in schema) && fits(schema, 1);
}

function fits(schema: unknown, depth: number): boolean {
  if (!isRecord(schema) || depth > MAX_DEPTH) return false;
  const { type, items, anyOf } = schema;
  if (typeof type !== "string" && !isScalarUnion(type) && !Array.isArray(anyOf)) return false;
  if (type === "object" && !fitsObject(schema, depth)) return false;
  if (type === "array" && !fits(items, depth + 1)) return false;
  if (Array.isArray(anyOf) && !anyOf.every((each) => fits(each, depth))) return false;
  return Object.keys(schema).every(
    (keyword) =>
      PLAIN_KEYWORD.test(keyword) ||
      (keyword === "items" && type === "array") ||
      (keyword === "anyOf" && Array.isArray(anyOf)) ||
      (OBJECT_KEYWORDS.has(keyword) && type === "object"),
  );
}

function fitsObject(schema: Record<string, unknown>, depth: number): boolean {
  const { properties, required, additionalProperties } = schema;
  if (!isRecord(properties) || !Array.isArray(required) || additionalProperties !== false)
    return false;
  const all = Object.entries(properties);
  return all.every(([key, each]) => required.includes(key) && fits(each, depth + 1));
}

/** Such as `["string", "null"]`. */
function isScalarUnion(type: unknown): boolean {
  return Array.isArray(type) && !type.includes("object") && !type.includes("array");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
