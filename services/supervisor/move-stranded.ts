// Owns what becomes of invocations whose deployment is at an address where nobody answers any
// more, while the same service is registered at another one: they are moved there (R7). An
// invocation that cannot go on from its journal there is the business of supervisor.ts.
import type { SupervisorPorts } from "./supervisor-ports.ts";

/** Attempts that must have failed: an address that comes back within seconds keeps its own. */
export const MIN_ATTEMPTS = 3;
/** Restate's code of "the deployment cannot be reached". */
export const UNREACHABLE = "RT0010";

/** Moves what is stranded, and says how many. Safe to repeat. */
export async function moveStranded(
  ports: SupervisorPorts,
  isOurs: (service: string) => boolean,
): Promise<number> {
  const rows = await ports.query(
    `SELECT i.id, i.target_service_name AS service FROM sys_invocation i
     JOIN sys_service s ON s.name = i.target_service_name
     WHERE i.status = 'backing-off' AND i.retry_count >= ${MIN_ATTEMPTS}
     AND i.last_failure_error_code = '${UNREACHABLE}'
     AND i.pinned_deployment_id IS NOT NULL AND i.pinned_deployment_id != s.deployment_id`,
  );
  const stranded = rows.filter((row) => isOurs(String(row["service"])));
  for (const row of stranded) {
    const id = String(row["id"]);
    // Only what is paused can be given another deployment.
    await ports.pauseInvocation(id);
    await ports.resumeInvocation(id, { deployment: "latest" });
  }
  return stranded.length;
}
