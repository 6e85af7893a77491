// Owns how an approval is shown to the person who decides: all that the decision is on.
import type { ApprovalView, DecideResult } from "../../contract/approval-api.ts";
import type { ListedApproval } from "../../gateway/list/list-approvals.ts";
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

export function decisionText({ result, state, approvals, quorum }: DecideResult): string {
  const count = quorum > 1 ? `, ${approvals} of ${quorum} approvals` : "";
  return `${result}: the approval is ${state}${count}\n`;
}
