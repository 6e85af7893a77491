// Owns which of a tenant's tasks have changed: since a time, or of those that were told of.
import type { RouteDeps } from "../route.ts";
import { idWithin } from "../../contract/tenant.ts";
import type { ListedTask } from "../../contract/lists.ts";
import { headsWith } from "./heads.ts";
import { listed, type StoredHead } from "./list-tasks.ts";
import { ownKeys, sqlText } from "./page.ts";

export interface ChangedTask {
  /** Of the task, in the whole server. */
  readonly key: string;
  /** Another one after every change of the stored head. */
  readonly stamp: number;
  readonly task: ListedTask;
}

export interface Changes {
  /** Milliseconds since the epoch, by the clocks of the workers. */
  readonly since?: number;
  readonly keys?: readonly string[];
  readonly limit: number;
}

/** The oldest change first. */
export async function changedTasks(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { since, keys, limit }: Changes,
): Promise<readonly ChangedTask[]> {
  const where = [
    ownKeys(tenant),
    ...(since === undefined ? [] : [`updated_at >= ${since}`]),
    ...(keys === undefined ? [] : [`service_key IN (${keys.map(sqlText).join(", ")})`]),
  ];
  const rows =
    await query(`SELECT service_name, service_key, value_utf8 FROM ${headsWith("updated_at")}
  WHERE created_at IS NOT NULL AND ${where.join(" AND ")}
  ORDER BY updated_at, service_name, service_key LIMIT ${limit}`);
  return rows.map((row) => {
    const key = String(row["service_key"]);
    const head = JSON.parse(String(row["value_utf8"])) as StoredHead & { readonly nextSeq: number };
    const task = listed(idWithin(tenant, key) ?? key, head);
    return { key: `${head.agent}/${key}`, stamp: head.nextSeq, task };
  });
}
