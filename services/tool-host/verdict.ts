// Owns asking a Standard Schema about a value, and saying in one line what it found.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { AnySchema } from "../../contract/tool.ts";

export type Verdict<T> =
  | { readonly valid: true; readonly value: T }
  /** Reads on after "is wrong": `at items[0].price: expected number`. */
  | { readonly valid: false; readonly problem: string };

// One answer shows a model enough to correct itself.
const ISSUES = 5;

/** Never rejects: a check of the author's own that cannot take the value has refused it. */
export async function verdictOf<T>(
  schema: AnySchema<unknown, T>,
  value: unknown,
): Promise<Verdict<T>> {
  let result: StandardSchemaV1.Result<T>;
  try {
    result = await schema["~standard"].validate(value);
  } catch {
    return { valid: false, problem: "at the top: it cannot be checked against the schema" };
  }
  if (result.issues === undefined) return { valid: true, value: result.value };
  const lines = result.issues.slice(0, ISSUES).map(({ path = [], message }) => {
    const place = path.reduce<string>((text, part) => text + step(part), "");
    return `at ${place === "" ? "the top" : place.replace(/^\./, "")}: ${message}`;
  });
  return { valid: false, problem: lines.join("; ") };
}

function step(part: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? `[${key}]` : `.${String(key)}`;
}
