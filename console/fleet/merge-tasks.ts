// Owns how a list of tasks stays true while tasks change: what is told of a task replaces what was listed, what
// the filter shows no more leaves, and what is new stands where the gateway would list it. Pure.
import type { ListedTask, TaskList } from "../../contract/lists.ts";

/** As the query of `GET /v1/tasks`. */
export interface TaskFilter {
  /** With commas between. */
  readonly status?: string;
  readonly agent?: string;
  readonly owner?: string;
  readonly taskIdPrefix?: string;
  readonly stuck?: "true";
}

export interface TaskPages {
  readonly pages: readonly TaskList[];
  readonly pageParams: readonly unknown[];
}

export function isShown(task: ListedTask, filter: TaskFilter): boolean {
  const { status, agent, owner, taskIdPrefix, stuck } = filter;
  return (
    (status === undefined || status.split(",").includes(task.status)) &&
    (agent === undefined || task.agent === agent) &&
    (owner === undefined || task.owner === owner) &&
    (taskIdPrefix === undefined || task.taskId.startsWith(taskIdPrefix)) &&
    (stuck === undefined || task.stuck !== undefined)
  );
}

/** The newest first, then by name: as the gateway lists them. */
export function inListOrder(one: ListedTask, other: ListedTask): number {
  return (
    other.createdAt - one.createdAt ||
    byText(one.agent, other.agent) ||
    byText(one.taskId, other.taskId)
  );
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The same object where nothing of it changes. Of two changes of a task the later in the list counts. */
export function mergeTasks(
  loaded: TaskPages,
  changes: readonly ListedTask[],
  filter: TaskFilter,
): TaskPages {
  const changed = new Map(changes.map((task) => [task.taskUid, task]));
  const { pages, pageParams } = loaded;
  let touched = false;
  const kept = pages.map((page) => {
    if (!page.tasks.some(({ taskUid }) => changed.has(taskUid))) return page;
    touched = true;
    const tasks = page.tasks.flatMap((task) => {
      const now = changed.get(task.taskUid) ?? task;
      changed.delete(task.taskUid);
      return isShown(now, filter) ? [now] : [];
    });
    return { ...page, tasks };
  });
  for (const task of changed.values()) {
    if (!isShown(task, filter)) continue;
    const at = pageOf(task, kept);
    const page = kept[at];
    // Behind what is loaded: it comes with its page.
    if (page === undefined) continue;
    touched = true;
    kept[at] = { ...page, tasks: [...page.tasks, task].toSorted(inListOrder) };
  }
  return touched ? { pages: kept, pageParams } : loaded;
}

/** The page in which a new task stands; none where it is behind the last one that is loaded. */
function pageOf(task: ListedTask, pages: readonly TaskList[]): number {
  const within = pages.findIndex(({ tasks }) => {
    const last = tasks.at(-1);
    return last !== undefined && inListOrder(task, last) < 0;
  });
  if (within >= 0) return within;
  return pages.at(-1)?.cursor === undefined ? pages.length - 1 : -1;
}
