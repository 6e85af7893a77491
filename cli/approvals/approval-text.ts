// Owns how an approval is shown to the person who decides: all that the decision is on.
import type { ApprovalView, DecideResult } from "../../contract/approval-api.ts";
import type { ApprovalClaim } from "../../contract/approval.ts";
import type { ClaimResult } from "../../contract/approval-claim.ts";
import type { ListedApproval } from "../../contract/lists.ts";
import type { StoredText } from "../../contract/artifact.ts";
import { safeText } from "../output/safe-text.ts";
import { tableText } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { timeText } from "../output/time-text.ts";
import { taskText } from "../tasks/name-task.ts";

const SHORT_ID = 12;

export function approvalTable(terminal: Terminal, approvals: readonly ListedApproval[]): string {
  return tableText(
    approvals,
    [
      { head: "approval", cell: ({ approvalId }) => approvalId.slice(0, SHORT_ID) },
      { head: "task", cell: taskText },
      { head: "kind", cell: ({ kind }) => kind },
      { head: "tool", cell: ({ tool }) => safeText(tool ?? "") },
      { head: "effect", cell: ({ effect }) => effect ?? "" },
      { head: "risk", cell: ({ risk }) => risk },
      { head: "claimed", cell: ({ claim }) => claimedBy(claim) },
      { head: "since", cell: ({ since }) => timeText(since) },
      { head: "until", cell: ({ expiresAt }) => timeText(expiresAt) },
    ],
    terminal.dim,
  );
}

export function approvalText(terminal: Terminal, view: ApprovalView): string {
  const { call, edited, requester, deciders, changes, questions, receipts } = view;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["state", view.state],
    ["tool", `${call.tool} ${call.toolVersion} (${call.effect})`],
    ["resource", edited?.resource ?? call.resource],
    ["arguments", storedText(call.arguments)],
    ["edited to", edited === undefined ? undefined : storedText(edited.arguments)],
    ["task", taskText(requester)],
    ["asked by", requester.by],
    ["owner", view.owner],
    ["deciders", typeof deciders === "string" ? deciders : deciders.join(", ")],
    ["not these", view.excluded.join(", ")],
    ["approvals", `${view.approvals} of ${view.quorum}`],
    ["until", timeText(view.expiresAt)],
    ["claimed", claimedBy(view.claim)],
    ["changed", changes.map(({ what }) => what).join(", ")],
    ...questions.map(({ question }) => ["asked", question] as const),
    ...receipts.map(({ decision, by }) => ["decided", `${decision} by ${by ?? "nobody"}`] as const),
    ["digest", view.digest],
  ];
  const lines = rows
    .filter(([, text]) => text !== undefined && text !== "")
    .map(([name, text = ""]) => `  ${name.padEnd(11)}${safeText(text)}\n`);
  return `${terminal.strong(`approval ${view.approvalId}`)}\n${lines.join("")}`;
}

function storedText(stored: StoredText): string {
  return "text" in stored
    ? stored.text
    : `artifact ${stored.artifact.sha256} (${stored.artifact.size} bytes)`;
}

/** Who looks at it now. */
function claimedBy(claim: ApprovalClaim | undefined): string {
  if (claim === undefined || claim.until <= Date.now()) return "";
  return `${safeText(claim.by)} until ${timeText(claim.until)}`;
}

export function claimText({ result, claim }: ClaimResult): string {
  return `${result}: ${claimedBy(claim)}\n`;
}

export function decisionText(answer: DecideResult): string {
  const { result, state, approvals, quorum, claimedBy: other } = answer;
  const count = quorum > 1 ? `, ${approvals} of ${quorum} approvals` : "";
  const claimed = other === undefined ? "" : `; ${safeText(other)} had claimed it`;
  return `${result}: the approval is ${state}${count}${claimed}\n`;
}
