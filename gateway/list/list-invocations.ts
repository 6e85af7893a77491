// Owns a task's invocations as the engine has them: what executed it, and what is on its way. The engine
// forgets those that have completed after a while; the task's log forgets nothing.
import type { TaskInvocation, TaskInvocations } from "../../contract/lists.ts";
import { problem } from "../problem.ts";
import type { RouteDeps } from "../route.ts";
import { ownKeys, sqlText } from "./page.ts";

const MOST = 200;
/** Whoever asks this leaves such behind, and they change nothing. */
const READS = ["status", "events", "context", "explain", "authority"].map(sqlText).join(", ");
/** Of a failure's text, in characters. */
const FAILURE_LENGTH = 500;

interface Place {
  readonly tenant: string | undefined;
  readonly agent: string;
  readonly key: string;
}

export async function listInvocations(
  query: RouteDeps["query"],
  { tenant, agent, key }: Place,
): Promise<TaskInvocations> {
  // What was asked of a task that is not there leaves invocations too.
  const heads = await query(`SELECT service_key FROM state WHERE key = 'head' AND ${ownKeys(tenant)}
    AND service_name = ${sqlText(agent)} AND service_key = ${sqlText(key)}`);
  if (heads.length === 0)
    throw problem("task_not_found", "this agent has no task with this id; make it with start");
  const rows = await query(`SELECT id, target_handler_name AS handler, status, completion_result,
      CAST(to_timestamp_millis(created_at) AS BIGINT) AS created,
      CAST(to_timestamp_millis(completed_at) AS BIGINT) AS completed,
      COALESCE(pinned_deployment_id, last_attempt_deployment_id) AS deployment,
      retry_count, last_failure
  FROM sys_invocation
  WHERE target_service_name = ${sqlText(agent)} AND target_service_key = ${sqlText(key)}
    AND target_handler_name NOT IN (${READS})
  ORDER BY created_at DESC LIMIT ${MOST}`);
  return { invocations: rows.map(invocationIn) };
}

function invocationIn(row: Readonly<Record<string, unknown>>): TaskInvocation {
  const { completion_result: result, completed, deployment, last_failure: failure } = row;
  // It counts attempts, the first one included.
  const retries = Math.max(0, Number(row["retry_count"] ?? 0) - 1);
  return {
    invocationId: String(row["id"]),
    handler: String(row["handler"]),
    status: String(row["status"]),
    createdAt: Number(row["created"]),
    retries,
    ...(typeof result === "string" ? { result } : {}),
    ...(completed === undefined ? {} : { completedAt: Number(completed) }),
    ...(typeof deployment === "string" ? { deployment } : {}),
    ...(typeof failure === "string" ? { failure: failure.slice(0, FAILURE_LENGTH) } : {}),
  };
}
