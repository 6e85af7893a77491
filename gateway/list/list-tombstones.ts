// Owns the list of a tenant's tasks that retention has removed: their tombstones, which are all that is left.
import type { Tombstone, TombstoneList, Tombstones } from "../../contract/retention.ts";
import { idWithin } from "../../contract/tenant.ts";
import type { RouteDeps } from "../route.ts";
import { ownKeys, type PageQuery, readCursor, sqlText, writeCursor } from "./page.ts";

export async function listTombstones(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { limit, cursor }: PageQuery,
): Promise<TombstoneList> {
  const after = readCursor(cursor);
  const rows = await query(`SELECT service_name, service_key, value_utf8 FROM state
    WHERE key = 'tombstones' AND ${ownKeys(tenant)} AND NOT starts_with(service_name, 'holdfast.')
      AND ${after === undefined ? "TRUE" : behind(after)}
    ORDER BY service_name, service_key LIMIT ${limit + 1}`);
  const page = rows.slice(0, limit);
  const tasks = page.flatMap((row) => {
    const { tombstones } = JSON.parse(String(row["value_utf8"])) as Tombstones;
    return tombstones.map((each): Tombstone => {
      const taskId = idWithin(tenant, each.taskId) ?? each.taskId;
      return { ...each, taskId };
    });
  });
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { tasks };
  const at = { at: 0, service: String(last["service_name"]), key: String(last["service_key"]) };
  return { tasks, cursor: writeCursor(at) };
}

function behind({ service, key }: { readonly service: string; readonly key: string }): string {
  const [name, taskKey] = [sqlText(service), sqlText(key)];
  return `(service_name > ${name} OR (service_name = ${name} AND service_key > ${taskKey}))`;
}
