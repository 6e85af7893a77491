// Owns how a status is styled: what needs a person stands out, what has ended steps back.
import { hasEnded, type TaskStatus } from "../../contract/status.ts";
import type { Style, Terminal } from "./terminal.ts";

const NEEDS_A_PERSON: ReadonlySet<TaskStatus> = new Set([
  "waiting-approval",
  "waiting-auth",
  "waiting-budget",
  "waiting-reconcile",
  "stale",
  "quarantined",
  "needs-operator",
  "failed",
]);

export function statusStyle(terminal: Terminal, status: TaskStatus): Style {
  if (NEEDS_A_PERSON.has(status)) return terminal.bad;
  if (hasEnded(status)) return terminal.dim;
  return status === "running" ? terminal.good : (text) => text;
}
