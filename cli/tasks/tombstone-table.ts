// Owns how tasks that retention has removed are shown to people.
import type { Tombstone } from "../../contract/retention.ts";
import { safeText } from "../output/safe-text.ts";
import { tableText } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { timeText } from "../output/time-text.ts";
import { taskText } from "./name-task.ts";

export function tombstoneTable(terminal: Terminal, tasks: readonly Tombstone[]): string {
  if (tasks.length === 0) return "No tasks were removed.\n";
  return tableText(
    tasks,
    [
      { head: "task", cell: taskText },
      { head: "was", cell: ({ status }) => status },
      { head: "ended", cell: ({ endedAt }) => timeText(endedAt) },
      { head: "removed", cell: ({ removedAt }) => timeText(removedAt) },
      { head: "class", cell: (each) => safeText(each.class) },
      { head: "entries", cell: ({ entries }) => String(entries) },
      { head: "hash of the last", cell: ({ hash }) => hash },
    ],
    terminal.dim,
  );
}
