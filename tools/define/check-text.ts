// Owns the checks of what a tool says of itself in words, and of the functions that it has.
import { nameProblem } from "../../contract/ids.ts";
import type { AnySchema } from "../../contract/tool.ts";
import type { UncheckedSpec } from "./tool-spec.ts";

/** Throws an Error that says how a tool must be named. */
export function checkName(name: unknown): void {
  if (typeof name !== "string") throw new Error('a tool has no name; add name: "..."');
  const problem = nameProblem(name);
  if (problem !== undefined) throw new Error(`tool name ${JSON.stringify(name)} ${problem}`);
}

/** Reads on after the tool's name, as do all problems here. */
export function textProblem({ description, version }: UncheckedSpec): string | undefined {
  if (typeof description !== "string" || description.trim() === "") {
    return "has no description; say what it does and when to use it, for the model to read";
  }
  if (version !== undefined && (typeof version !== "string" || version === "")) {
    return 'has a version that is not a text; write it like version: "2"';
  }
  return undefined;
}

export function behaviourProblem(spec: UncheckedSpec): string | undefined {
  if (!isSchema(spec.input)) return "has no input schema; add input: z.object({ ... })";
  if (!isSchema(spec.output)) return "has no output schema; add output, e.g. z.string()";
  if (typeof spec.execute !== "function") {
    return "has no execute function; add execute(input) { ... }";
  }
  const optional = ["reconcile", "compensate", "precondition", "resource", "price"] as const;
  const wrong = optional.find((key) => !["function", "undefined"].includes(typeof spec[key]));
  return wrong === undefined
    ? undefined
    : `has a ${wrong} that is not a function; write ${wrong}(input) { ... }, or leave it out`;
}

function isSchema(value: unknown): value is AnySchema {
  // Some libraries' schemas are functions.
  const candidate = typeof value === "object" || typeof value === "function" ? value : null;
  return candidate !== null && "~standard" in candidate;
}
