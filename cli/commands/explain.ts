// Owns `holdfast explain`: why a task does not move, who can bring it on, and how.
import type { Blocker, Explanation } from "../../contract/explanation.ts";
import { type AddCommand, type ApiOptions, apiOf, print, withApi } from "../command.ts";
import { safeText } from "../output/safe-text.ts";
import { timeText } from "../output/time-text.ts";
import { nameTask, onTask, TASK_ARGUMENT } from "../tasks/name-task.ts";

export const addExplain: AddCommand = (program, cli) => {
  withApi(
    program.command("explain").description("why a task does not move, and who can bring it on"),
  )
    .argument("<task>", TASK_ARGUMENT)
    .action(async (given: string, options: ApiOptions) => {
      const api = await apiOf(cli, options);
      const task = await nameTask(api, given, { beginning: true });
      print(cli, options, await api.ask<Explanation>(onTask(task, "explain")), explanationText);
    });
};

function explanationText(explanation: Explanation): string {
  const { text, blockers, onResume, recoveryOwner, runbook, nextWakeAt } = explanation;
  const lines = [
    text,
    "",
    ...blockers.flatMap(blockerLines),
    `Then: ${onResume.next}`,
    ...(onResume.pending.length === 0 ? [] : [`Before: ${onResume.pending.join("; ")}`]),
    ...(nextWakeAt === undefined ? [] : [`Looks again by itself: ${timeText(nextWakeAt)}`]),
    `Looked after by: ${recoveryOwner} (${runbook})`,
  ];
  return `${lines.map((line) => safeText(line)).join("\n")}\n`;
}

function blockerLines({ kind, what, since, until, who, how }: Blocker): readonly string[] {
  const names = typeof who.names === "string" ? who.names : (who.names ?? []).join(", ");
  const ends = until === undefined ? "" : `, until ${timeText(until)}`;
  return [
    `${kind}: ${what}, since ${timeText(since)}${ends}`,
    `  who: ${who.kind}${names === "" ? "" : ` (${names})`}`,
    ...how.map(({ verb, path, command }) => `  how: ${command ?? verb} (${path})`),
  ];
}
