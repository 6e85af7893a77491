// Owns asking a tool what a call would touch. The author's code may throw or answer anything.
import type { AnyTool } from "../contract/tool.ts";

/** What the call touches, if the tool names resources; undefined where it does not answer with a text. */
export function touchedResource(
  tool: Pick<AnyTool, "resource">,
  input: unknown,
): { readonly resource?: string } | undefined {
  if (tool.resource === undefined) return {};
  try {
    const resource: unknown = tool.resource(input);
    if (typeof resource === "string" && resource.isWellFormed()) return { resource };
  } catch {
    // Its message may quote the input.
  }
  return undefined;
}

/** Why a call is refused of which `touchedResource` knows nothing. */
export const NO_RESOURCE = "the tool does not name what this call would touch";
