// Owns the routes of lists over all tasks of a tenant.
import { TAKES } from "../roles.ts";
import { route, type Route } from "../route.ts";
import { countQuerySchema, countTasks } from "../list/count-tasks.ts";
import { listTasks, taskQuerySchema } from "../list/list-tasks.ts";
import { listTombstones } from "../list/list-tombstones.ts";
import { pageQuerySchema } from "../list/page.ts";

export const LIST_ROUTES: readonly Route[] = [
  route({
    name: "task.list",
    method: "GET",
    path: "/v1/tasks",
    summary: "The tasks of the caller's tenant, newest first.",
    roles: TAKES.EVERYBODY,
    query: taskQuerySchema,
    perform: ({ caller, query }, deps) => listTasks(deps.query, caller.tenant, query),
  }),
  route({
    name: "task.removed",
    method: "GET",
    path: "/v1/tasks/removed",
    summary: "What is left of the tasks that retention has removed.",
    roles: TAKES.EVERYBODY,
    query: pageQuerySchema,
    perform: ({ caller, query }, deps) => listTombstones(deps.query, caller.tenant, query),
  }),
  route({
    name: "task.count",
    method: "GET",
    path: "/v1/tasks/counts",
    summary: "How many tasks of the caller's tenant stand how, by agent and status.",
    roles: TAKES.EVERYBODY,
    query: countQuerySchema,
    perform: ({ caller, query }, deps) => countTasks(deps.query, caller.tenant, query),
  }),
];
