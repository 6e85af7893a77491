// Owns the list of a tenant's schedules: their ids; `show` has the rest of each.
import type { ScheduleList } from "../../contract/lists.ts";
import { SCHEDULE_SERVICE } from "../../contract/schedule.ts";
import { idWithin } from "../../contract/tenant.ts";
import type { RouteDeps } from "../route.ts";
import { ownKeys, type PageQuery, readCursor, sqlText, writeCursor } from "./page.ts";

export async function listSchedules(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { limit, cursor }: PageQuery,
): Promise<ScheduleList> {
  const after = readCursor(cursor);
  const behind = after === undefined ? "TRUE" : `service_key > ${sqlText(after.key)}`;
  const rows = await query(`SELECT service_key FROM state
    WHERE service_name = '${SCHEDULE_SERVICE}' AND key = 'schedule' AND ${ownKeys(tenant)} AND ${behind}
    ORDER BY service_key LIMIT ${limit + 1}`);
  const keys = rows.slice(0, limit).map((row) => String(row["service_key"]));
  const schedules = keys.map((key) => ({ scheduleId: idWithin(tenant, key) ?? key }));
  const last = keys.at(-1);
  if (rows.length <= limit || last === undefined) return { schedules };
  return { schedules, cursor: writeCursor({ at: 0, service: SCHEDULE_SERVICE, key: last }) };
}
