// Owns whether a task's grants cover a call (R42, R43). Pure: the same answer where the call is
// proposed and where its effect happens.
import {
  GRANT_SCOPES,
  type GrantedCall,
  type GrantScope,
  type GrantVerdict,
  type NamedGrant,
} from "../../contract/grant.ts";
import { brokenPart } from "./argument-limit.ts";
import { matchesResource, matchesTool } from "./pattern.ts";

interface Miss {
  readonly scope: GrantScope;
  readonly detail: string;
}

/** One grant must cover all of the call. The reason is of the grant that came closest. */
export function checkGrants(grants: readonly NamedGrant[], call: GrantedCall): GrantVerdict {
  let closest: Miss | undefined;
  for (const grant of grants) {
    const miss = missOf(grant, call);
    if (miss === undefined) return { allowed: true, grant };
    if (closest === undefined || rank(miss) > rank(closest)) closest = miss;
  }
  const { scope, detail } = closest ?? outside("tool", "");
  if (scope === "tool") {
    const reason = "no grant of this task covers the tool";
    return { allowed: false, code: "not_granted", scope, reason };
  }
  const code = scope === "expiry" ? "grant_expired" : "not_granted";
  return { allowed: false, code, scope, reason: `the tool is granted, but ${detail}` };
}

function rank({ scope }: Miss): number {
  return GRANT_SCOPES.indexOf(scope);
}

function outside(scope: GrantScope, detail: string): Miss {
  return { scope, detail };
}

/** The first scope of the grant that the call is outside of. */
function missOf(grant: NamedGrant, call: GrantedCall): Miss | undefined {
  const { actor, tenant, tool, resource, limits = [], expiresAt } = grant;
  if (!matchesTool(tool, call.tool)) return outside("tool", "");
  if (tenant !== undefined && tenant !== call.tenant) {
    return outside("tenant", "not to this tenant");
  }
  if (actor !== undefined && actor !== call.actor) {
    return outside("actor", "not to the one who answers for this task");
  }
  if (resource !== undefined) {
    if (call.resource === undefined) {
      return outside("resource", "only for some resources, and the call names none");
    }
    if (!matchesResource(resource, call.resource)) {
      return outside("resource", "not for this resource");
    }
  }
  for (const limit of limits) {
    const broken = brokenPart(limit, call.arguments);
    if (broken !== undefined) {
      return outside("limits", `with a limit on the argument ${limit.path}: ${broken}`);
    }
  }
  // Not `>=`, so that a time that is no number is late.
  if (expiresAt !== undefined && !(call.now < expiresAt)) {
    return outside("expiry", "the grant has expired");
  }
  return undefined;
}
