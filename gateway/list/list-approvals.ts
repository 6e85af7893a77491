// Owns the list of what waits for a decision in a tenant, over all agents, and its filters: read from the
// heads of the tasks that ask.
import { z } from "zod";
import { RISKS } from "../../contract/effect-class.ts";
import { nameProblem } from "../../contract/ids.ts";
import type { ApprovalList, ListedApproval } from "../../contract/lists.ts";
import { idWithin } from "../../contract/tenant.ts";
import { type AskingHead, openApprovals } from "../../core/approval/open-approvals.ts";
import { personOf } from "../../core/approval/rule.ts";
import type { Caller } from "../caller.ts";
import type { RouteDeps } from "../route.ts";
import { scan } from "./list-tasks.ts";
import { behind, ownKeys, pageShape, readCursor, sqlText, writeCursor } from "./page.ts";

const time = z.coerce.number().pipe(z.int().min(0));

export const approvalQuerySchema = z.strictObject({
  ...pageShape,
  agent: z
    .string()
    .refine((name) => nameProblem(name) === undefined, "must be an agent's name")
    .optional(),
  kind: z.enum(["call", "review", "budget"]).optional(),
  /** One or more, with commas between. */
  risk: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(RISKS)).min(1))
    .optional(),
  /** Milliseconds since the epoch. */
  askedBefore: time.optional(),
  expiresBefore: time.optional(),
  /** By whom somebody looks at it now: by nobody, by the caller, or by another person. */
  claimed: z.enum(["by-nobody", "by-me", "by-others"]).optional(),
});
export type ApprovalQuery = z.infer<typeof approvalQuerySchema>;

type StoredHead = AskingHead & { readonly createdAt: number };

/** What openApprovals finds is in no other head. */
const ASKS =
  "(status IN ('waiting-approval', 'stale') OR strpos(value_utf8, '\"approval-open\"') > 0 OR strpos(value_utf8, '\"extension\"') > 0)";

/** Tasks that are read for one page where a filter leaves many of them out. */
const SCANNED = 2_000;

export async function listApprovals(
  query: RouteDeps["query"],
  caller: Pick<Caller, "principal" | "tenant">,
  { limit, cursor, agent, ...filters }: ApprovalQuery,
): Promise<ApprovalList> {
  const { tenant } = caller;
  const ofAgent = agent === undefined ? [] : [`service_name = ${sqlText(agent)}`];
  const where = [ownKeys(tenant), behind(readCursor(cursor)), ASKS, ...ofAgent];
  const most = Object.keys(filters).length === 0 ? limit : SCANNED;
  const rows = await query(scan(where, most + 1));
  const passes = filterOf(filters, caller, Date.now());
  const approvals: ListedApproval[] = [];
  let tasks = 0;
  for (const [index, row] of rows.slice(0, most).entries()) {
    const service = String(row["service_name"]);
    const key = String(row["service_key"]);
    const head = JSON.parse(String(row["value_utf8"])) as StoredHead;
    const task = { agent: service, taskId: idWithin(tenant, key) ?? key };
    const found = openApprovals(head).filter(passes);
    approvals.push(...found.map((open) => ({ ...task, ...open })));
    if (found.length > 0 || most === limit) tasks += 1;
    const isLast = tasks === limit || index === most - 1;
    if (isLast && index < rows.length - 1)
      return { approvals, cursor: writeCursor({ at: head.createdAt, service, key }) };
    if (isLast) break;
  }
  return { approvals };
}

type Filters = Omit<ApprovalQuery, "limit" | "cursor" | "agent">;
type Open = ReturnType<typeof openApprovals>[number];

function filterOf(
  { kind, risk, askedBefore, expiresBefore, claimed }: Filters,
  { principal }: Pick<Caller, "principal">,
  now: number,
): (open: Open) => boolean {
  const claimedBy = ({ claim }: Open): ApprovalQuery["claimed"] => {
    if (claim === undefined || claim.until <= now) return "by-nobody";
    return personOf(claim.by) === personOf(principal) ? "by-me" : "by-others";
  };
  return (open) =>
    (kind === undefined || open.kind === kind) &&
    (risk === undefined || risk.includes(open.risk)) &&
    (askedBefore === undefined || (open.since !== undefined && open.since < askedBefore)) &&
    (expiresBefore === undefined ||
      (open.expiresAt !== undefined && open.expiresAt < expiresBefore)) &&
    (claimed === undefined || claimedBy(open) === claimed);
}
