// Owns what the task log says of grants that were changed. A part of event.ts, whose rules of
// compatibility hold here.
import type { GrantBounds, NamedGrant } from "./grant.ts";

export interface GrantEventData {
  /** What the task may do from now on. */
  "grants.changed": {
    grants: readonly NamedGrant[];
    /** Of a child: what its grants are made of. */
    bounds?: GrantBounds;
  };
}
