// Owns the routes of what the tasks of the caller's tenant take of storage.
import { largestTasks, readStorage, readTaskStorage } from "../list/read-storage.ts";
import { TAKES } from "../roles.ts";
import { route, type Route } from "../route.ts";
import { taskKey } from "./task-at.ts";
import { TASK } from "./task-routes.ts";

export const STORAGE_ROUTES: readonly Route[] = [
  route({
    name: "storage.show",
    method: "GET",
    path: "/v1/storage",
    summary: "The storage that the tenant's tasks take, by agent.",
    roles: TAKES.EVERYBODY,
    perform: ({ caller }, { query }) => readStorage(query, caller.tenant),
  }),
  route({
    name: "storage.largest",
    method: "GET",
    path: "/v1/storage/tasks",
    summary: "The 20 tasks of the tenant that take most of the server's state.",
    roles: TAKES.EVERYBODY,
    perform: ({ caller }, { query }) => largestTasks(query, caller.tenant),
  }),
  route({
    name: "task.storage",
    method: "GET",
    path: `${TASK}/storage`,
    summary: "The storage that one task takes.",
    roles: TAKES.EVERYBODY,
    perform: async (request, { query }) =>
      readTaskStorage(query, request.caller.tenant, {
        agent: request.param("agent"),
        key: taskKey(request),
      }),
  }),
];
