// Owns the routes of lists over all tasks of a tenant.
import { TAKES } from "../roles.ts";
import { route, type Route } from "../route.ts";
import { listTasks, taskQuerySchema } from "../list/list-tasks.ts";

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
];
