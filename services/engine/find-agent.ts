// Owns the answer to "is there an agent of this name?" (port FindAgent): Restate would retry a
// call of an unknown service for ever, in silence.
import type { FindAgent } from "../../contract/schedule.ts";
import { nameProblem } from "../../contract/ids.ts";
import type { AdminClient } from "./admin.ts";

/** Rejects when the admin API is unreachable, so that the calling action is retried. */
export function createFindAgent(admin: Pick<AdminClient, "query">): FindAgent {
  return async (agent) => {
    // Such a name has no quotes, and is none of the runtime's own services, which have dots.
    if (nameProblem(agent) !== undefined) return false;
    const rows = await admin.query(
      `SELECT name FROM sys_service WHERE name = '${agent}' AND ty = 'virtual_object'`,
    );
    return rows.length > 0;
  };
}
