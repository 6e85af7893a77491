// Owns the routes of streams: one task's story as it happens, and what workers tell of it, and how all of
// a tenant's tasks change.
import { z } from "zod";
import { type EventsPage, MAX_EVENTS_PAGE, type StatusView } from "../../contract/api.ts";
import { liveNewsSchema, MAX_NEWS } from "../../contract/live.ts";
import { hasEnded } from "../../contract/status.ts";
import { idWithin } from "../../contract/tenant.ts";
import { problem } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type RouteRequest } from "../route.ts";
import { followFleet } from "../stream/follow-fleet.ts";
import { followTask } from "../stream/follow-task.ts";
import { onTask, taskKey } from "./task-at.ts";
import { TASK } from "./task-routes.ts";

const position = z.coerce.number().pipe(z.int().min(-1));
const streamSchema = z.strictObject({ after: position.default(-1) });
type StreamQuery = z.infer<typeof streamSchema>;

const timeSchema = z.coerce.number().pipe(z.int().min(0));
/** Milliseconds since the epoch; default: from now on. */
const fleetSchema = z.strictObject({ since: timeSchema.optional() });
type FleetQuery = z.infer<typeof fleetSchema>;

/** A reader who comes back says so by a header, as browsers do by themselves; it counts. */
function cursorOf({ header, query }: RouteRequest<unknown, StreamQuery>): number {
  const given = header("last-event-id");
  if (given === undefined) return query.after;
  const parsed = position.safeParse(given);
  if (!parsed.success)
    throw problem("invalid_cursor", "the header Last-Event-ID is none of this stream");
  return parsed.data;
}

export const STREAM_ROUTES = [
  route<unknown, StreamQuery>({
    name: "task.stream",
    method: "GET",
    path: `${TASK}/stream`,
    summary:
      "The task's log as it happens, and the model's text while it is written, as server-sent events.",
    roles: TAKES.READERS,
    query: streamSchema,
    perform: async (request, deps) => {
      const after = cursorOf(request);
      const { cursor, status } = await onTask<StatusView>(request, deps, "status", {});
      if (after > cursor)
        throw problem("invalid_cursor", `the log ends at ${cursor}; begin at or before it`);
      const task = { agent: request.param("agent"), taskId: taskKey(request) };
      const readPage = (from: number) =>
        onTask<EventsPage>(request, deps, "events", { after: from, limit: MAX_EVENTS_PAGE });
      const isOver = hasEnded(status);
      const followed = { task, after, feed: deps.live, readPage, isOver };
      return request.stream((sink, signal) => followTask(followed, sink, signal));
    },
  }),
  route<unknown, FleetQuery>({
    name: "fleet.stream",
    method: "GET",
    path: "/v1/stream",
    summary: "The tenant's tasks as they change, as a list shows them, as server-sent events.",
    roles: TAKES.EVERYBODY,
    query: fleetSchema,
    perform: async ({ caller, header, query, stream }, { query: sql, live }) => {
      const given = timeSchema.safeParse(header("last-event-id"));
      const since = given.data ?? query.since ?? Date.now();
      const followed = { query: sql, tenant: caller.tenant, since, feed: live };
      return stream((sink, signal) => followFleet(followed, sink, signal));
    },
  }),
  route({
    name: "live.tell",
    method: "POST",
    path: "/v1/live",
    summary: "What workers tell of their tasks while they work; nothing of it is kept.",
    roles: TAKES.WORKERS,
    body: z.strictObject({ news: z.array(liveNewsSchema).max(MAX_NEWS) }),
    maxBytes: 16 * 1024 * 1024,
    perform: async ({ body, caller }, { live }) => {
      for (const news of body.news) {
        if (idWithin(caller.tenant, news.taskId) === undefined)
          throw problem("forbidden", "a task of these news is not of the key's tenant");
      }
      for (const news of body.news) live.tell(news);
      return { told: body.news.length };
    },
  }),
];
