// Owns how an approval is named on the command line: by its id, or by the beginning of one that is open.
import type { Api } from "../api/api.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../output/safe-text.ts";
import { cliProblem, usage } from "../problem.ts";
import { allApprovals } from "./approval-filters.ts";

export const APPROVAL_ARGUMENT = "the approval's id, or the beginning of one that is open";

const WHOLE = /^[0-9a-f]{64}$/;
/** Fewer digits are typed by mistake. */
const BEGINNING = /^[0-9a-f]{4,63}$/;

export function onApproval(approvalId: string, handler?: string) {
  return {
    path: ["approvals", approvalId, ...(handler === undefined ? [] : [handler])],
    about: `approval ${approvalId}`,
  };
}

/** The whole id. Fails where none, or more than one, is meant. */
export async function nameApproval(api: Api, given: string): Promise<string> {
  if (WHOLE.test(given)) return given;
  if (!BEGINNING.test(given))
    throw usage("an approval's id has 64 hexadecimal digits; give it, or its first 4 or more");
  const open = await allApprovals(api);
  const found = open.filter(({ approvalId }) => approvalId.startsWith(given));
  const [approval, ...others] = found;
  if (approval === undefined)
    throw cliProblem(EXIT.notFound, "approval_not_found", `no open approval begins with ${given}`);
  if (others.length === 0) return approval.approvalId;
  const names = found.map(({ approvalId, taskId }) => `${approvalId} (${safeText(taskId)})`);
  throw cliProblem(
    EXIT.usage,
    "ambiguous_approval",
    `${given} may be ${names.join(", ")}; give more of it`,
  );
}
