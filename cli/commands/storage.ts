// Owns `holdfast storage`: what tasks take in the server's state and in the artifact store.
import type { LargestTasks, StorageUse, StorageView, TaskStorage } from "../../contract/storage.ts";
import { type AddCommand, type ApiOptions, apiOf, print, withApi } from "../command.ts";
import { safeText } from "../output/safe-text.ts";
import { bytesText } from "../output/bytes-text.ts";
import { type Column, tableText } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { nameTask, onTask, TASK_ARGUMENT, taskText } from "../tasks/name-task.ts";

export const addStorage: AddCommand = (program, cli) => {
  withApi(program.command("storage").description("the storage that tasks take"))
    .argument("[task]", `${TASK_ARGUMENT}; without one, all tasks by agent, and the largest`)
    .action(async (given: string | undefined, options: ApiOptions) => {
      const api = await apiOf(cli, options);
      if (given === undefined) {
        const about = "storage";
        const view = await api.ask<StorageView>({ path: ["storage"], about });
        const { tasks } = await api.ask<LargestTasks>({ path: ["storage", "tasks"], about });
        const all = { ...view, largest: tasks };
        print(cli, options, all, (shown) => allText(cli.terminal, shown));
        return;
      }
      const task = await nameTask(api, given, { beginning: true });
      const view = await api.ask<TaskStorage>(onTask(task, "storage"));
      print(cli, options, view, (shown) => taskTable(cli.terminal, [shown]));
    });
};

interface AllStorage extends StorageView {
  readonly largest: readonly TaskStorage[];
}

function allText(terminal: Terminal, { agents, largest, ...total }: AllStorage): string {
  if (agents.length === 0) return "No tasks.\n";
  const rows = [...agents, { agent: "all", ...total }];
  const byAgent = tableText(
    rows,
    [
      { head: "agent", cell: ({ agent }) => safeText(agent) },
      { head: "tasks", cell: ({ tasks }) => String(tasks) },
      ...columns(),
    ],
    terminal.dim,
  );
  return `${byAgent}\n${taskTable(terminal, largest)}`;
}

function taskTable(terminal: Terminal, tasks: readonly TaskStorage[]): string {
  return tableText(tasks, [{ head: "task", cell: taskText }, ...columns()], terminal.dim);
}

function columns(): readonly Column<StorageUse>[] {
  return [
    { head: "state", cell: ({ stateBytes }) => bytesText(stateBytes) },
    { head: "rows", cell: ({ stateRows }) => String(stateRows) },
    { head: "archived", cell: ({ archiveBytes }) => bytesText(archiveBytes) },
    { head: "artifacts", cell: ({ artifacts }) => String(artifacts) },
    { head: "of", cell: ({ artifactBytes }) => bytesText(artifactBytes) },
  ];
}
