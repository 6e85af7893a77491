// Owns finding tasks whose commands wait for a segment that fails over and over (L5). What is done
// about it is in supervisor.ts.
import { SEGMENT_HANDLERS } from "../../contract/command.ts";
import type { SupervisorPorts } from "./supervisor-ports.ts";

const SEGMENTS = SEGMENT_HANDLERS.map((name) => `'${name}'`).join(", ");
/** Attempts that must have failed: what goes by within seconds costs nobody a model call. */
export const MIN_ATTEMPTS = 5;

/** The tasks of these agents on whose failing segments commands wait. */
export async function keptWaiting(
  ports: Pick<SupervisorPorts, "query">,
  agents: readonly string[],
): Promise<readonly { readonly agent: string; readonly taskId: string }[]> {
  const rows = await ports.query(
    `SELECT DISTINCT s.target_service_name AS agent, s.target_service_key AS task_id
     FROM sys_invocation s JOIN sys_invocation c
     ON c.target_service_name = s.target_service_name AND c.target_service_key = s.target_service_key
     WHERE s.target_handler_name IN (${SEGMENTS}) AND s.status = 'backing-off'
     AND s.retry_count >= ${MIN_ATTEMPTS}
     AND c.target_handler_name = 'apply' AND c.status = 'pending'`,
  );
  return rows
    .map((row) => ({ agent: String(row["agent"]), taskId: String(row["task_id"]) }))
    .filter(({ agent }) => agents.includes(agent));
}
