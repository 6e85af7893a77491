// Owns watching tasks: a line for each status that is another than before. Asks again when something has
// changed; what changed twice in between is one line.
import type { StatusView } from "../../contract/api.ts";
import { hasEnded, type TaskStatus } from "../../contract/status.ts";
import type { Api } from "../api/api.ts";
import { type ApiOptions, type Cli, printLine } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { statusStyle } from "../output/status-style.ts";
import { timeText } from "../output/time-text.ts";
import { cliProblem, usage } from "../problem.ts";
import { onTask, type TaskName, taskText } from "./name-task.ts";
import { filtersIn, listPage, type TaskFilters } from "./task-filters.ts";
import { openTaskNews } from "./task-news.ts";

/** A change of which no news came is found after so long, in milliseconds. */
const LONGEST_MS = 30_000;

export interface WatchOptions extends ApiOptions, TaskFilters {
  readonly until?: readonly TaskStatus[];
  /** Seconds. */
  readonly timeout?: number;
}

/** A line of `tasks watch`. */
interface Change extends TaskName {
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly at: number;
  readonly status: TaskStatus;
  /** Absent of the first line about a task. */
  readonly from?: TaskStatus;
}

/** Resolves when the task has one of the statuses, or else when it has ended. */
export async function watchOne(
  cli: Cli,
  api: Api,
  task: TaskName,
  options: WatchOptions,
): Promise<void> {
  if (filtersIn(options) !== undefined)
    throw usage("filters go without a task; give a task, or filters");
  const { until = [] } = options;
  let from: TaskStatus | undefined;
  await follow(cli, api, options, async () => {
    const { status } = await api.ask<StatusView>(onTask(task, "status"));
    if (status !== from) say(cli, options, task, { status, from });
    from = status;
    if (until.includes(status)) return true;
    if (!hasEnded(status)) return false;
    if (until.length === 0) return true;
    const sentence = `${taskText(task)} is ${status}, and will never be ${until.join(" or ")}`;
    throw cliProblem(EXIT.refused, "task_ended", sentence);
  });
}

/** Ends by Ctrl-C or the timeout. */
export async function watchAll(cli: Cli, api: Api, options: WatchOptions): Promise<void> {
  if (options.until !== undefined) throw usage("--until goes with one task; name it");
  const known = new Map<string, TaskStatus>();
  const { status: wanted, ...others } = filtersIn(options) ?? {};
  await follow(cli, api, options, async () => {
    // Filtered here: a task that leaves the wanted statuses is a change too.
    const filters =
      known.size === 0 && wanted !== undefined ? { ...others, status: wanted } : others;
    const { tasks } = await listPage(api, filters);
    for (const { taskUid, status, agent, taskId } of tasks.toReversed()) {
      const from = known.get(taskUid);
      if (status === from) continue;
      const isWanted = wanted === undefined || wanted.includes(status);
      if (!isWanted && from === undefined) continue;
      known.set(taskUid, status);
      say(cli, options, { agent, taskId }, { status, from });
    }
    return false;
  });
}

async function follow(
  { signal }: Cli,
  api: Api,
  { timeout }: WatchOptions,
  look: () => Promise<boolean>,
): Promise<void> {
  const deadline = timeout === undefined ? Infinity : Date.now() + timeout * 1_000;
  using news = openTaskNews(api, signal);
  for (;;) {
    if (await look()) return;
    const left = deadline - Date.now();
    if (left <= 0) throw cliProblem(EXIT.failed, "timeout", `it took more than ${timeout} s`);
    await news.next(Math.min(left, LONGEST_MS));
  }
}

function say(
  cli: Cli,
  options: WatchOptions,
  task: TaskName,
  { status, from }: { readonly status: TaskStatus; readonly from: TaskStatus | undefined },
): void {
  const change: Change = {
    at: Date.now(),
    ...task,
    status,
    ...(from === undefined ? {} : { from }),
  };
  printLine(cli, options, change, ({ at }) => {
    const before = from === undefined ? "" : cli.terminal.dim(` (was ${from})`);
    return `${timeText(at)}  ${taskText(task)}  ${statusStyle(cli.terminal, status)(status)}${before}`;
  });
}
