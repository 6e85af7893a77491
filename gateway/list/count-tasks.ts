// Owns how many of a tenant's tasks stand how, by agent and status.
import { z } from "zod";
import type { TaskCounts } from "../../contract/lists.ts";
import type { TaskStatus } from "../../contract/status.ts";
import type { RouteDeps } from "../route.ts";
import { headsWith } from "./heads.ts";
import { agentQuery, ownerQuery } from "./list-tasks.ts";
import { ownKeys, sqlText } from "./page.ts";

export const countQuerySchema = z.strictObject({ agent: agentQuery, owner: ownerQuery });
export type CountQuery = z.infer<typeof countQuerySchema>;

export async function countTasks(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { agent, owner }: CountQuery,
): Promise<TaskCounts> {
  const where = [
    ownKeys(tenant),
    ...(agent === undefined ? [] : [`service_name = ${sqlText(agent)}`]),
    ...(owner === undefined ? [] : [`owner = ${sqlText(owner)}`]),
  ];
  const rows = await query(`SELECT service_name AS agent, status, count(*) AS tasks,
      count(stuck_at) AS stuck FROM ${headsWith("status", "owner", "stuck_at")}
  WHERE created_at IS NOT NULL AND ${where.join(" AND ")}
  GROUP BY service_name, status ORDER BY service_name, status`);
  return {
    rows: rows.map((row) => ({
      agent: String(row["agent"]),
      status: String(row["status"]) as TaskStatus,
      tasks: Number(row["tasks"]),
      stuck: Number(row["stuck"]),
    })),
  };
}
