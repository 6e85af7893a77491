// Owns how the status of one task is shown to people.
import type { OperationView, StatusView } from "../../contract/api.ts";
import { safeText } from "../output/safe-text.ts";
import { statusStyle } from "../output/status-style.ts";
import type { Terminal } from "../output/terminal.ts";
import { timeText } from "../output/time-text.ts";
import { taskText } from "./name-task.ts";

export function statusText(terminal: Terminal, view: StatusView): string {
  const { status, reason, owner, wakeAt, turn, step, usage, createdAt, updatedAt } = view;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["status", statusStyle(terminal, status)(status)],
    ["reason", reason],
    ["held", view.hold === undefined ? undefined : heldText(view.hold)],
    ["stuck", view.stuck?.kind],
    ["owner", owner],
    ["wakes", timeText(wakeAt)],
    ["turn", `${turn}, step ${step}`],
    [
      "usage",
      `${usage.modelCalls} model calls, ${usage.toolCalls} tool calls, ${usage.inputTokens} tokens in, ${usage.outputTokens} out`,
    ],
    ["created", timeText(createdAt)],
    ["updated", timeText(updatedAt)],
    ["kept", keptText(view)],
    ["answer", view.lastTurn?.answer],
    ["error", view.lastTurn?.error?.message],
  ];
  const lines = rows
    .filter(([, text]) => text !== undefined && text !== "")
    .map(([name, text = ""]) => `  ${name.padEnd(9)}${name === "status" ? text : safeText(text)}`);
  const operations = view.operations.map(
    (each) => `  ${"waits for".padEnd(11)}${operationText(each)}`,
  );
  return `${terminal.strong(taskText(view))}\n${[...lines, ...operations].join("\n")}\n`;
}

/** Of a task that has ended. */
function keptText({ retention, preserved }: StatusView): string | undefined {
  if (preserved !== undefined) return `preserved: ${preserved.reason}`;
  const { eraseAt, removeAt } = retention ?? {};
  if (retention === undefined || (eraseAt ?? removeAt) === undefined) return undefined;
  const until = [
    ...(eraseAt === undefined ? [] : [`content until ${timeText(eraseAt)}`]),
    ...(removeAt === undefined ? [] : [`record until ${timeText(removeAt)}`]),
  ];
  return `${until.join(", ")} (class ${retention.class})`;
}

function heldText({ kind, by, reason }: NonNullable<StatusView["hold"]>): string {
  return `${kind}${by === undefined ? "" : ` by ${by}`}: ${reason}`;
}

function operationText(operation: OperationView): string {
  const { operationId, tool, state, since, proposal } = operation;
  const decision =
    proposal === undefined
      ? ""
      : `, approval ${proposal.approvalId} until ${timeText(proposal.expiresAt)}`;
  return safeText(
    `${tool} (${state} since ${timeText(since)}${decision}), operation ${operationId}`,
  );
}
