// Owns the filters of open approvals as people type them, and the pages of those that match. Their meaning
// is the gateway's list's.
import { type Command, Option } from "commander";
import { RISKS } from "../../contract/effect-class.ts";
import type { ApprovalList, ListedApproval } from "../../contract/lists.ts";
import type { Api } from "../api/api.ts";
import { readEnd, readTime } from "../output/read-time.ts";
import { usage } from "../problem.ts";

export interface ApprovalFilters {
  readonly agent?: string;
  readonly kind?: string;
  readonly risk?: string;
  /** Milliseconds since the epoch. */
  readonly askedBefore?: number;
  readonly expiresBefore?: number;
  readonly claimed?: string;
}

const PAGE = 200;

export function withApprovalFilters(command: Command): Command {
  return command
    .option("--agent <agent>", "only what this agent asks for")
    .addOption(
      new Option("--kind <kind>", "only calls, answers, or budgets").choices([
        "call",
        "review",
        "budget",
      ]),
    )
    .option("--risk <list>", "only of these risks, with commas: low, medium, high", readRisks)
    .option("--asked-before <time>", "as 2026-03-01T09:30:00Z, or 2h, 3d ago", (text) =>
      readTime("--asked-before", text),
    )
    .option("--expires-before <time>", "as 2026-03-01T09:30:00Z, or 2h, 3d from now", (text) =>
      readEnd("--expires-before", text),
    )
    .addOption(
      new Option("--claimed <by>", "only those that nobody, you, or others look at").choices([
        "by-nobody",
        "by-me",
        "by-others",
      ]),
    );
}

function readRisks(text: string): string {
  const known: ReadonlySet<string> = new Set(RISKS);
  const wrong = text.split(",").find((each) => !known.has(each));
  if (wrong === undefined) return text;
  throw usage(`"${wrong}" is no risk; there are: ${RISKS.join(", ")}`);
}

/** The filters among a command's options; undefined where there are none. */
export function approvalFiltersIn(options: ApprovalFilters): ApprovalFilters | undefined {
  const { agent, kind, risk, askedBefore, expiresBefore, claimed } = options;
  const all = { agent, kind, risk, askedBefore, expiresBefore, claimed };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as ApprovalFilters);
}

export function approvalPage(
  api: Api,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  filters: ApprovalFilters = {},
): Promise<ApprovalList> {
  const query = { ...filters, limit, cursor };
  return api.ask({ path: ["approvals"], query, about: "list of approvals" });
}

/** All that match, page by page. */
export async function allApprovals(
  api: Api,
  filters?: ApprovalFilters,
): Promise<readonly ListedApproval[]> {
  const found: ListedApproval[] = [];
  let cursor: string | undefined;
  do {
    const page = await approvalPage(api, { limit: PAGE, cursor }, filters);
    found.push(...page.approvals);
    ({ cursor } = page);
  } while (cursor !== undefined);
  return found;
}
