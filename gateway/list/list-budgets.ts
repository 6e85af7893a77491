// Owns which budgets a tenant has, but for its tasks' own: those that anything was reserved in.
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import { type BudgetName, budgetKey, parseBudgetKey } from "../../core/budget/levels.ts";
import type { RouteDeps } from "../route.ts";
import { type PageQuery, readCursor, sqlText, writeCursor } from "./page.ts";

export interface BudgetKeys {
  readonly keys: readonly { readonly key: string; readonly name: BudgetName }[];
  readonly cursor?: string;
}

/** `tenant`: as budgets call the caller's. */
export async function listBudgetKeys(
  query: RouteDeps["query"],
  tenant: string,
  { limit, cursor }: PageQuery,
): Promise<BudgetKeys> {
  const after = readCursor(cursor);
  const own = budgetKey({ level: "tenant", tenant });
  const name = own.slice("tenant/".length);
  const where = [
    `service_name = '${BUDGET_SERVICE}' AND key = 'budget'`,
    `(service_key = ${sqlText(own)} OR ${["day", "owner"]
      .map((level) => `starts_with(service_key, ${sqlText(`${level}/${name}/`)})`)
      .join(" OR ")})`,
    ...(after === undefined ? [] : [`service_key > ${sqlText(after.key)}`]),
  ];
  const rows = await query(
    `SELECT service_key FROM state WHERE ${where.join(" AND ")} ORDER BY service_key LIMIT ${limit + 1}`,
  );
  const page = rows.slice(0, limit).map((row) => String(row["service_key"]));
  const last = rows.length > limit ? page.at(-1) : undefined;
  const keys = page.flatMap((key) => {
    const parsed = parseBudgetKey(key);
    // A desk is a part of the budget that it stands before.
    return parsed === undefined || ("desk" in parsed && parsed.desk !== undefined)
      ? []
      : [{ key, name: parsed }];
  });
  if (last === undefined) return { keys };
  return { keys, cursor: writeCursor({ at: 0, service: BUDGET_SERVICE, key: last }) };
}
