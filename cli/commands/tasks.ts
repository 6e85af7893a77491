// Owns `holdfast tasks`: the list, one task, and watching them.
import type { StatusView } from "../../contract/api.ts";
import type { TaskList } from "../../contract/lists.ts";
import type { TombstoneList } from "../../contract/retention.ts";
import { type AddCommand, type ApiOptions, apiOf, print, withApi } from "../command.ts";
import { readCount } from "../output/read-argument.ts";
import { type PageOptions, printPage, withPage } from "../page.ts";
import { nameTask, onTask, TASK_ARGUMENT } from "../tasks/name-task.ts";
import { statusText } from "../tasks/status-text.ts";
import {
  filtersIn,
  listPage,
  readStatuses,
  type TaskFilters,
  withFilters,
} from "../tasks/task-filters.ts";
import { taskTable } from "../tasks/task-table.ts";
import { tombstoneTable } from "../tasks/tombstone-table.ts";
import { watchAll, watchOne, type WatchOptions } from "../tasks/watch-tasks.ts";

type ListOptions = PageOptions & TaskFilters;

export const addTasks: AddCommand = (program, cli) => {
  const tasks = program.command("tasks").description("the tasks: list, show, watch");

  const list = tasks.command("list").description("the tasks, newest first");
  withPage(withFilters(withApi(list)), "tasks").action(async (options: ListOptions) => {
    const api = await apiOf(cli, options);
    const page = await listPage(api, filtersIn(options) ?? {}, options);
    printPage(cli, options, page, (listed) => pageText(listed));
  });

  withApi(tasks.command("show").description("how a task stands, and what it waits for"))
    .argument("<task>", TASK_ARGUMENT)
    .action(async (given: string, options: ApiOptions) => {
      const api = await apiOf(cli, options);
      const task = await nameTask(api, given, { beginning: true });
      const view = await api.ask<StatusView>(onTask(task, "status"));
      print(cli, options, view, (shown) => statusText(cli.terminal, shown));
    });

  const removed = tasks.command("removed");
  removed.description("what is left of the tasks that retention has removed");
  withPage(withApi(removed), "tasks").action(async (options: PageOptions) => {
    const { limit, cursor } = options;
    const about = "removed tasks";
    const request = { path: ["tasks", "removed"], query: { limit, cursor }, about };
    const page = await (await apiOf(cli, options)).ask<TombstoneList>(request);
    printPage(cli, options, page, (listed) => tombstoneTable(cli.terminal, listed.tasks));
  });

  withFilters(
    withApi(tasks.command("watch").description("says when a status changes; Ctrl-C ends it")),
  )
    .argument("[task]", `${TASK_ARGUMENT}; without one, the 200 newest that match the filters`)
    .option("--until <statuses>", "of one task: ends when it has one of these", readStatuses)
    .option("--timeout <seconds>", "gives up after so many seconds", readCount)
    .action(async (given: string | undefined, options: WatchOptions) => {
      const api = await apiOf(cli, options);
      if (given === undefined) return watchAll(cli, api, options);
      return watchOne(cli, api, await nameTask(api, given, { beginning: true }), options);
    });

  const pageText = ({ tasks: listed }: TaskList) =>
    listed.length === 0 ? "No tasks.\n" : taskTable(cli.terminal, listed);
};
