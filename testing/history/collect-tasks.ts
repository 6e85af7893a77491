// Owns reading every task of a history as it is in the end, with the children that their logs name.
import { setTimeout as delay } from "node:timers/promises";
import type { TaskClient } from "../task-client.ts";
import type { HistoryTask } from "./history.ts";

type Named = Pick<HistoryTask, "agent" | "taskId">;

const TRIES = 20;
const PAUSE_MS = 100;

/** A task that was never made is left out. */
export async function collectTasks(
  named: readonly Named[],
  connect: (agent: string, taskId: string) => TaskClient,
): Promise<readonly HistoryTask[]> {
  const tasks: HistoryTask[] = [];
  const seen = new Set<string>();
  const left = [...named];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const name = JSON.stringify([next.agent, next.taskId]);
    if (seen.has(name)) continue;
    seen.add(name);
    const task = await readTask(next, connect(next.agent, next.taskId));
    if (task === undefined) continue;
    tasks.push(task);
    for (const event of task.log) if (event.type === "child.started") left.push(event.data);
  }
  return tasks;
}

/** Its status and its log, of the same moment. */
async function readTask(
  { agent, taskId }: Named,
  client: TaskClient,
): Promise<HistoryTask | undefined> {
  for (let tries = 1; ; tries += 1) {
    const view = await client.status().catch(orNothing);
    if (view === undefined) return undefined;
    const log = await client.events();
    if (log.at(-1)?.seq === view.cursor) return { agent, taskId, view, log };
    if (tries === TRIES) throw new Error(`${agent}/${taskId} moves on all the while: let it rest`);
    await delay(PAUSE_MS);
  }
}

function orNothing(error: unknown): undefined {
  if ((error as { readonly code?: string }).code === "task_not_found") return undefined;
  throw error;
}
