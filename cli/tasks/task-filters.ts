// Owns the filters of tasks as people type them, and the pages of tasks that match them. Their meaning is
// the gateway's list's.
import type { Command } from "commander";
import { TASK_STATUSES, type TaskStatus } from "../../contract/status.ts";
import type { ListedTask, TaskList } from "../../contract/lists.ts";
import type { Api } from "../api/api.ts";
import { readTime } from "../output/read-time.ts";
import { usage } from "../problem.ts";

export interface TaskFilters {
  readonly status?: readonly TaskStatus[];
  readonly agent?: string;
  readonly owner?: string;
  readonly stuck?: true;
  /** Milliseconds since the epoch. */
  readonly createdAfter?: number;
  readonly updatedBefore?: number;
}

const MAX_PAGE = 200;

export function withFilters(command: Command): Command {
  return command
    .option("--status <list>", "only tasks with one of these statuses, with commas", readStatuses)
    .option("--agent <agent>", "only tasks of this agent")
    .option("--owner <owner>", "only tasks of this owner")
    .option("--stuck", "only tasks that were found not to move")
    .option("--created-after <time>", "as 2026-03-01T09:30:00Z, or 2h, 3d ago", (text) =>
      readTime("--created-after", text),
    )
    .option("--updated-before <time>", "as --created-after", (text) =>
      readTime("--updated-before", text),
    );
}

/** The filters among a command's options; undefined where there are none. */
export function filtersIn(options: TaskFilters): TaskFilters | undefined {
  const { status, agent, owner, stuck, createdAfter, updatedBefore } = options;
  const given = Object.entries({ status, agent, owner, stuck, createdAfter, updatedBefore }).filter(
    ([, value]) => value !== undefined,
  );
  return given.length === 0 ? undefined : (Object.fromEntries(given) as TaskFilters);
}

export function readStatuses(text: string): readonly TaskStatus[] {
  const known: ReadonlySet<string> = new Set(TASK_STATUSES);
  const wrong = text.split(",").find((each) => !known.has(each));
  if (wrong === undefined) return text.split(",") as TaskStatus[];
  throw usage(`"${wrong}" is no status; there are: ${TASK_STATUSES.join(", ")}`);
}

export function listPage(
  api: Api,
  filters: TaskFilters & { readonly taskId?: string; readonly taskIdPrefix?: string },
  { limit, cursor }: { readonly limit?: number; readonly cursor?: string | undefined } = {},
): Promise<TaskList> {
  const { status, stuck, ...others } = filters;
  const query = {
    ...others,
    status: status?.join(","),
    stuck: stuck === undefined ? undefined : "true",
    limit: limit ?? MAX_PAGE,
    cursor,
  };
  return api.ask<TaskList>({ path: ["tasks"], query, about: "list of tasks" });
}

/** All that match, page by page. */
export async function* allTasks(api: Api, filters: TaskFilters): AsyncGenerator<ListedTask> {
  let cursor: string | undefined;
  do {
    const page = await listPage(api, filters, { cursor });
    yield* page.tasks;
    ({ cursor } = page);
  } while (cursor !== undefined);
}
