// Owns how a task is named on the command line: `<agent>/<taskId>`, or the id alone where one agent has
// such a task.
import type { Api } from "../api/api.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../output/safe-text.ts";
import { cliProblem, usage } from "../problem.ts";
import { listPage } from "./task-filters.ts";

export interface TaskName {
  readonly agent: string;
  readonly taskId: string;
}

export const TASK_ARGUMENT = "<agent>/<taskId>, or the id alone where one agent has it";

/** Named in a sentence that a task is ambiguous. */
const NAMED = 5;

/**
 * The task that is meant. Only what reads may take the beginning of an id: a verb on `case-1` must not
 * find `case-10`. Fails where none, or more than one, is meant.
 */
export async function nameTask(
  api: Api,
  given: string,
  { beginning }: { readonly beginning: boolean },
): Promise<TaskName> {
  const slash = given.indexOf("/");
  // An agent's name has no slash; an id may have.
  if (slash > 0) return { agent: given.slice(0, slash), taskId: given.slice(slash + 1) };
  if (given === "") throw usage("a task is named <agent>/<taskId>");
  const whole = await find(api, { taskId: given });
  const found = whole.length > 0 || !beginning ? whole : await find(api, { taskIdPrefix: given });
  const [task, ...others] = found;
  if (task === undefined)
    throw cliProblem(
      EXIT.notFound,
      "task_not_found",
      `there is no task ${safeText(given)} that you may see`,
    );
  if (others.length === 0) return task;
  const names = found.slice(0, NAMED).map(taskText).join(", ");
  const more = found.length > NAMED ? ", and more" : "";
  throw cliProblem(
    EXIT.usage,
    "ambiguous_task",
    `${safeText(given)} may be ${names}${more}; give one of them`,
  );
}

async function find(
  api: Api,
  by: { readonly taskId: string } | { readonly taskIdPrefix: string },
): Promise<readonly TaskName[]> {
  const { tasks } = await listPage(api, by, { limit: NAMED + 1 });
  return tasks.map(({ agent, taskId }) => ({ agent, taskId }));
}

/** As a person may type it again. */
export function taskText({ agent, taskId }: TaskName): string {
  return `${agent}/${safeText(taskId)}`;
}

/** The path of a route of the task, and what it is about. */
export function onTask(task: TaskName, handler: string) {
  return {
    path: ["agents", task.agent, "tasks", task.taskId, handler],
    about: `task ${safeText(task.taskId)} of ${safeText(task.agent)}`,
  };
}
