// Owns how many approvals are shown at once: before a decision what it would come to for each, and after
// it what became of each.
import type { BatchError } from "../../contract/approval-batch.ts";
import type { DecideResult, DecisionPreview } from "../../contract/approval-api.ts";
import { safeText } from "../output/safe-text.ts";
import type { Terminal } from "../output/terminal.ts";
import { approvalText } from "./approval-text.ts";

interface Named {
  readonly approvalId: string;
}
export type PreviewedItem = Named & (DecisionPreview | { readonly error: BatchError });
export type DecidedItem = Named & (DecideResult | { readonly error: BatchError });

export function previewText(
  terminal: Terminal,
  decision: string,
  items: readonly PreviewedItem[],
): string {
  if (items.length === 0) return "Nothing that matches waits for a decision.\n";
  const count = `${items.length} ${items.length === 1 ? "approval" : "approvals"}`;
  return `${items.map((item) => itemText(terminal, decision, item)).join("")}${decision}, ${count}\n`;
}

function itemText(terminal: Terminal, decision: string, item: PreviewedItem): string {
  if ("error" in item) return notText(terminal, item);
  const { approval, foreseen } = item;
  const comes =
    foreseen.result === "refused"
      ? terminal.bad(`it would be refused: ${safeText(foreseen.message)}`)
      : `${decision}: ${foreseen.result}, the approval would be ${foreseen.state}${countText(foreseen)}`;
  return `${approvalText(terminal, approval)}  ${comes}\n\n`;
}

export function decidedText(terminal: Terminal, items: readonly DecidedItem[]): string {
  const lines = items.map((item) => {
    if ("error" in item) return notText(terminal, item);
    return `${item.approvalId.slice(0, SHORT)}: ${item.result}, ${item.state}${countText(item)}\n`;
  });
  const done = items.filter((item) => !("error" in item)).length;
  return `${lines.join("")}${done} of ${items.length}\n`;
}

const SHORT = 12;

function notText(
  terminal: Terminal,
  { approvalId, error }: Named & { readonly error: BatchError },
): string {
  return `${terminal.bad("not")} ${approvalId.slice(0, SHORT)}: ${safeText(error.detail)}\n`;
}

function countText({ approvals, quorum }: Pick<DecideResult, "approvals" | "quorum">): string {
  return quorum > 1 ? ` (${approvals} of ${quorum})` : "";
}
