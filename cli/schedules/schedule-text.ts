// Owns how a schedule is shown to people.
import type { ScheduleView, Times } from "../../contract/schedule.ts";
import { safeText } from "../output/safe-text.ts";
import type { Terminal } from "../output/terminal.ts";
import { taskText } from "../tasks/name-task.ts";

const OUTCOMES = 5;

export function scheduleText(terminal: Terminal, view: ScheduleView): string {
  const { id, status, times, target, missed, next, counts, outcomes } = view;
  const { started, sent, skipped, failed, missed: missedCount } = counts;
  const rows: readonly (readonly [string, string])[] = [
    ["status", status],
    ["when", timesText(times)],
    ["what", `${target.kind} ${taskText(target)}`],
    ["missed", missed.policy],
    ["next", next.join(", ")],
    [
      "counts",
      `${started} started, ${sent} sent, ${skipped} skipped, ${failed} failed, ${missedCount} missed`,
    ],
    ...outcomes
      .slice(0, OUTCOMES)
      .map(
        ({ occurrence, result, taskId, why }) =>
          [
            "outcome",
            `${occurrence} ${result} ${taskId}${why === undefined ? "" : ` (${why})`}`,
          ] as const,
      ),
  ];
  const lines = rows
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `  ${name.padEnd(9)}${safeText(text)}\n`);
  return `${terminal.strong(safeText(id))}\n${lines.join("")}`;
}

function timesText(times: Times): string {
  return "cron" in times ? `${times.cron} (${times.timeZone})` : `every ${times.everyMs} ms`;
}
