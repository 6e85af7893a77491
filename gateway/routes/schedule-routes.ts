// Owns the routes of schedules. A schedule is keyed by its tenant, and so is every task that it starts
// or messages; whoever sets it is the owner of what it starts.
import {
  type DeleteResult,
  MAX_SCHEDULE_BYTES,
  type RunNowResult,
  SCHEDULE_SERVICE,
  scheduleVerbSchema,
  type ScheduleView,
  type SetResult,
  setScheduleSchema,
  type Target,
  type VerbResult,
} from "../../contract/schedule.ts";
import { idWithin, scopedKey } from "../../contract/tenant.ts";
import type { Caller } from "../caller.ts";
import { problem } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { readParam, route, type Route, type RouteDeps, type RouteRequest } from "../route.ts";
import { without } from "../without.ts";
import { listSchedules } from "../list/list-schedules.ts";
import { pageQuerySchema } from "../list/page.ts";
import { named } from "./task-at.ts";

const SCHEDULE = "/v1/schedules/:scheduleId";

function onSchedule<T extends object>(
  { caller, param, signal }: RouteRequest,
  { runtime }: RouteDeps,
  handler: string,
  body: object,
): Promise<T> {
  const key = scopedKey(caller.tenant, param("scheduleId"));
  return runtime.call<T>({ service: SCHEDULE_SERVICE, key, handler }, body, { signal });
}

/** What happens at each time, in the caller's tenant and as the caller's. */
function targetFor({ tenant, principal }: Caller, target: Target, scheduleId: string): Target {
  if (target.kind === "message")
    return { ...target, taskId: scopedKey(tenant, readParam("taskId", target.taskId)) };
  if (target.owner !== undefined || target.tenant !== undefined)
    throw problem(
      "invalid_input",
      "target.owner and target.tenant are the caller's; leave them out",
    );
  // By its own name, since the key names the tenant already.
  const taskId = target.taskId.replaceAll("{schedule}", () => scheduleId);
  const whose = tenant === undefined ? {} : { tenant };
  return { ...target, taskId: scopedKey(tenant, taskId), owner: principal, ...whose };
}

function targetOf({ caller }: RouteRequest, target: Target): Target {
  return { ...target, taskId: idWithin(caller.tenant, target.taskId) ?? target.taskId };
}

function verbRoute(verb: "pause" | "resume" | "delete" | "runNow", summary: string): Route {
  return route({
    name: `schedule.${verb}`,
    method: "POST",
    path: `${SCHEDULE}/${verb}`,
    summary,
    roles: TAKES.OPERATORS,
    body: without(scheduleVerbSchema, "by"),
    perform: async (request, deps) => {
      const body = { ...request.body, by: request.caller.principal };
      const answer = await onSchedule<VerbResult | DeleteResult | RunNowResult>(
        request,
        deps,
        verb,
        body,
      );
      return "taskId" in answer ? named(request, answer) : answer;
    },
  });
}

export const SCHEDULE_ROUTES: readonly Route[] = [
  route({
    name: "schedule.list",
    method: "GET",
    path: "/v1/schedules",
    summary: "The ids of the schedules of the caller's tenant.",
    roles: TAKES.EVERYBODY,
    query: pageQuerySchema,
    perform: ({ caller, query }, deps) => listSchedules(deps.query, caller.tenant, query),
  }),
  route({
    name: "schedule.show",
    method: "GET",
    path: SCHEDULE,
    summary: "What is set, the next times, and what became of the last ones.",
    roles: TAKES.READERS,
    perform: async (request, deps) => {
      const view = await onSchedule<ScheduleView>(request, deps, "show", {});
      return {
        ...view,
        id: request.param("scheduleId"),
        target: targetOf(request, view.target),
        outcomes: view.outcomes.map((outcome) => named(request, outcome)),
      };
    },
  }),
  route({
    name: "schedule.set",
    method: "PUT",
    path: SCHEDULE,
    summary: "Makes or replaces the schedule.",
    roles: TAKES.OPERATORS,
    body: setScheduleSchema.omit({ by: true }),
    maxBytes: MAX_SCHEDULE_BYTES,
    perform: (request, deps) => {
      const { caller, body } = request;
      const target = targetFor(caller, body.target, request.param("scheduleId"));
      return onSchedule<SetResult>(request, deps, "set", { ...body, target, by: caller.principal });
    },
  }),
  verbRoute("pause", "No more times, until it is resumed."),
  verbRoute("resume", "Goes on."),
  verbRoute("runNow", "One more occurrence, at once."),
  verbRoute("delete", "Ends it; nothing of it is left."),
];
