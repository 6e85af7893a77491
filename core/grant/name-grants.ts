// Owns the form in which a task keeps its grants: each with an id, and those that a task has
// when nobody gave it any.
import { type Grant, grantsSchema, type NamedGrant } from "../../contract/grant.ts";
import { digestOf } from "../digest.ts";

const ID_LENGTH = 16;

/** Checks grants that somebody wrote. Throws an Error with a line per problem that names the field. */
export function readGrants(given: unknown): readonly NamedGrant[] {
  const parsed = grantsSchema.safeParse(given);
  if (parsed.success) return nameGrants(parsed.data);
  const lines = parsed.error.issues.map(({ path, message }) => {
    const place = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
    return `  - grants${place.join("")}: ${message}`;
  });
  throw new Error(`the grants cannot be used:\n${lines.join("\n")}`);
}

/** Gives each grant an id. Throws an Error that names an id that two grants have. */
export function nameGrants(grants: readonly Grant[]): readonly NamedGrant[] {
  const named = grants.map((grant) => ({ ...grant, id: grant.id ?? idOf(grant) }));
  const byId = new Map<string, NamedGrant>();
  for (const grant of named) {
    const known = byId.get(grant.id);
    if (known !== undefined && digestOf(known) !== digestOf(grant)) {
      throw new Error(`two grants have the id ${JSON.stringify(grant.id)}; rename one`);
    }
    byId.set(grant.id, grant);
  }
  return [...byId.values()];
}

function idOf(grant: Grant): string {
  return `grant-${digestOf(grant).slice(0, ID_LENGTH)}`;
}

/**
 * What a task may do when neither its `start` nor its agent says: every tool that the agent
 * declares, without limits. Written into the task's log like any other, so that nothing is
 * allowed in silence.
 */
export function grantsForTools(tools: readonly { readonly name: string }[]): readonly NamedGrant[] {
  return tools.map(({ name }) => ({ id: `declared-${name}`, tool: name }));
}
