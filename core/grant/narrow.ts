// Owns what a child task may do: what its agent gives, and never more than its parent may (R42).
import type { NamedGrant } from "../../contract/grant.ts";
import { digestOf } from "../digest.ts";
import { subsetOf } from "./subset.ts";

/**
 * The grants of a child. `own` are those of its agent, `most` those of its parent; undefined is
 * without bounds. Of each side it has those that provably lie within the other.
 */
export function narrow(
  own: readonly NamedGrant[] | undefined,
  most: readonly NamedGrant[] | undefined,
): readonly NamedGrant[] | undefined {
  if (own === undefined || most === undefined) return own ?? most;
  const within = (some: readonly NamedGrant[], outer: readonly NamedGrant[]) =>
    some.filter((each) => subsetOf([each], outer).within);
  const byId = new Map<string, NamedGrant>();
  for (const grant of [...within(own, most), ...within(most, own)]) {
    const known = byId.get(grant.id);
    const isOther = known !== undefined && digestOf(known) !== digestOf(grant);
    const id = isOther ? `parent:${grant.id}` : grant.id;
    byId.set(id, { ...grant, id });
  }
  return [...byId.values()];
}
