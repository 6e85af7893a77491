// Owns how tasks of a list are shown to people.
import type { ListedTask } from "../../contract/lists.ts";
import { safeText } from "../output/safe-text.ts";
import { statusStyle } from "../output/status-style.ts";
import { tableText } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { spanText, timeText } from "../output/time-text.ts";
import { taskText } from "./name-task.ts";

export function taskTable(terminal: Terminal, tasks: readonly ListedTask[]): string {
  const now = Date.now();
  return tableText(
    tasks,
    [
      { head: "task", cell: taskText },
      { head: "status", cell: ({ status }) => statusStyle(terminal, status)(status) },
      { head: "for", cell: ({ since, createdAt }) => spanText(now - (since ?? createdAt)) },
      { head: "owner", cell: ({ owner }) => safeText(owner ?? "") },
      { head: "wakes", cell: ({ wakeAt }) => timeText(wakeAt) },
      { head: "stuck", cell: ({ stuck }) => stuck?.kind ?? "" },
    ],
    terminal.dim,
  );
}
