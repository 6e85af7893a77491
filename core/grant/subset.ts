// Owns whether one set of grants lies within another, so that a child task never may do more
// than its parent (R42). Sound and not complete: what cannot be proved is refused.
import {
  splitArgumentPath,
  type ArgumentLimit,
  type Grant,
  type GrantScope,
  type NamedGrant,
} from "../../contract/grant.ts";
import { brokenBy } from "./argument-limit.ts";
import { isWithin } from "./folder.ts";
import { isBelow } from "./host.ts";
import { resourcePatternCovers, toolPatternCovers } from "./pattern.ts";

export type SubsetVerdict =
  | {
      readonly within: true;
      /** Which grant of the parent each of the child's comes from. */
      readonly chain: readonly { readonly grant: string; readonly from: string }[];
    }
  | {
      readonly within: false;
      /** The child's grant that goes beyond. */
      readonly grant: string;
      /** Names the scope in which the parent's closest grant is narrower. */
      readonly reason: string;
    };

/** Every call that the child's grants cover must be covered by the parent's. */
export function subsetOf(
  child: readonly NamedGrant[],
  parent: readonly NamedGrant[],
): SubsetVerdict {
  const chain: { grant: string; from: string }[] = [];
  for (const grant of child) {
    const from = parent.find((outer) => widerIn(grant, outer) === undefined);
    if (from === undefined) {
      const scopes = parent
        .filter((outer) => toolPatternCovers(outer.tool, grant.tool))
        .map((outer) => widerIn(grant, outer));
      const scope = scopes[0] ?? "tool";
      const reason = `grant ${JSON.stringify(grant.id)} goes beyond the grants that it comes from: ${scope}`;
      return { within: false, grant: grant.id, reason };
    }
    chain.push({ grant: grant.id, from: from.id });
  }
  return { within: true, chain };
}

/** The first scope in which a grant is, or may be, wider than another. */
function widerIn(inner: Grant, outer: Grant): GrantScope | undefined {
  if (!toolPatternCovers(outer.tool, inner.tool)) return "tool";
  if (outer.tenant !== undefined && inner.tenant !== outer.tenant) return "tenant";
  if (outer.actor !== undefined && inner.actor !== outer.actor) return "actor";
  if (outer.resource !== undefined) {
    if (inner.resource === undefined) return "resource";
    if (!resourcePatternCovers(outer.resource, inner.resource)) return "resource";
  }
  const limits = inner.limits ?? [];
  const unproved = (outer.limits ?? []).some(
    (limit) => !limits.some((each) => isSamePath(each, limit) && isTighter(each, limit)),
  );
  if (unproved) return "limits";
  if (outer.expiresAt !== undefined && !((inner.expiresAt ?? Infinity) <= outer.expiresAt)) {
    return "expiry";
  }
  return undefined;
}

function isSamePath(one: ArgumentLimit, other: ArgumentLimit): boolean {
  const [left, right] = [splitArgumentPath(one.path), splitArgumentPath(other.path)];
  return left.length === right.length && left.every((step, index) => step === right[index]);
}

/** Whether every value that holds the inner limit holds the outer one. */
function isTighter(inner: ArgumentLimit, outer: ArgumentLimit): boolean {
  // A finite list is the surest proof.
  if (inner.oneOf !== undefined && inner.oneOf.every((value) => !brokenBy(outer, value))) {
    return true;
  }
  if (outer.min !== undefined && !((inner.min ?? -Infinity) >= outer.min)) return false;
  if (outer.max !== undefined && !((inner.max ?? Infinity) <= outer.max)) return false;
  if (outer.oneOf !== undefined) return false;
  if (outer.domain !== undefined) {
    const { domain } = outer;
    const below = inner.domain?.every((each) => domain.some((wide) => isBelow(each, wide)));
    if (below !== true) return false;
  }
  if (outer.within !== undefined) {
    if (inner.within === undefined || !isWithin(inner.within, outer.within)) return false;
  }
  return true;
}
