// Owns the list of what waits for a decision in a tenant, over all agents: read from the heads of the
// tasks that ask.
import { idWithin } from "../../contract/tenant.ts";
import {
  type AskingHead,
  type OpenApproval,
  openApprovals,
} from "../../core/approval/open-approvals.ts";
import type { RouteDeps } from "../route.ts";
import { scan } from "./list-tasks.ts";
import { behind, ownKeys, type PageQuery, readCursor, writeCursor } from "./page.ts";

export interface ListedApproval extends OpenApproval {
  readonly agent: string;
  readonly taskId: string;
}

/** By task, newest first. */
export interface ApprovalList {
  readonly approvals: readonly ListedApproval[];
  /** Absent on the last page. A page may be empty and not the last. */
  readonly cursor?: string;
}

type StoredHead = AskingHead & { readonly createdAt: number };

/** What openApprovals finds is in no other head. */
const ASKS =
  "(status IN ('waiting-approval', 'stale') OR strpos(value_utf8, '\"approval-open\"') > 0 OR strpos(value_utf8, '\"extension\"') > 0)";

export async function listApprovals(
  query: RouteDeps["query"],
  tenant: string | undefined,
  { limit, cursor }: PageQuery,
): Promise<ApprovalList> {
  const rows = await query(scan([ownKeys(tenant), behind(readCursor(cursor)), ASKS], limit + 1));
  const asking = rows.slice(0, limit).map((row) => ({
    service: String(row["service_name"]),
    key: String(row["service_key"]),
    head: JSON.parse(String(row["value_utf8"])) as StoredHead,
  }));
  const approvals = asking.flatMap(({ service, key, head }) => {
    const task = { agent: service, taskId: idWithin(tenant, key) ?? key };
    return openApprovals(head).map((open) => ({ ...task, ...open }));
  });
  const last = rows.length > limit ? asking.at(-1) : undefined;
  if (last === undefined) return { approvals };
  const { service, key, head } = last;
  return { approvals, cursor: writeCursor({ at: head.createdAt, service, key }) };
}
