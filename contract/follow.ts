// Owns what a task tells its children of itself: how it is held now, and what it may do now (R42, R72).
// As it is, and not what has changed: told twice, it changes nothing. Journaled: add optional fields only.
import type { HoldCause } from "./control-view.ts";
import type { NamedGrant } from "./grant.ts";

export interface FollowCommand {
  readonly type: "follow";
  /** Absent while nobody holds the parent. */
  readonly hold?: Pick<HoldCause, "kind" | "reason"> & { readonly when: "safe-point" | "now" };
  /** Absent where what the parent may do has no bounds. */
  readonly within?: readonly NamedGrant[];
}
