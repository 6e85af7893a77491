// Owns the routes of stops (R99). A tenant's admin stops a tool, a model, an agent or all, for the tenant's
// own tasks and for no other's; what is stopped for everybody is stopped by who runs the deployment.
import { z } from "zod";
import { recordInputSchema } from "../../contract/operator-record.ts";
import {
  type LiftResult,
  liftInputSchema,
  type RecordPage,
  STOPS_KEY,
  STOPS_SERVICE,
  type StopList,
  type StopResult,
  stopInputSchema,
  type StopScope,
} from "../../contract/stop.ts";
import type { Caller } from "../caller.ts";
import { problem } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type Route, type RouteRequest } from "../route.ts";

function isOwn({ tenant }: Caller, { kind, name, tenant: whose }: StopScope): boolean {
  return tenant === undefined || (kind === "tenant" ? name === tenant : whose === tenant);
}

/**
 * The body with who says it, and of a tenant's caller with whose tasks it is about. The same answer for
 * whatever is not the caller's.
 */
function said({ caller, body }: RouteRequest<StopScope>): object {
  const { tenant, principal: by } = caller;
  const whose = tenant === undefined || body.kind === "tenant" ? {} : { tenant };
  if (body.tenant !== undefined && tenant !== undefined)
    throw problem("invalid_input", "tenant is the caller's; leave it out");
  const scope = { ...body, ...whose };
  if (isOwn(caller, scope)) return { ...scope, by };
  throw problem("forbidden", "you stop and lift your own tenant only, by its name");
}

const stops = (handler: string) => ({ service: STOPS_SERVICE, key: STOPS_KEY, handler });

const { after, limit } = recordInputSchema.unwrap().shape;
const recordQuerySchema = z.strictObject({
  after: z.coerce.number().pipe(after.unwrap()).default(-1),
  limit: z.coerce.number().pipe(limit.unwrap()).default(100),
});

export const STOP_ROUTES: readonly Route[] = [
  route({
    name: "stop.list",
    method: "GET",
    path: "/v1/stops",
    summary: "The stops of the caller's tenant.",
    roles: TAKES.EVERYBODY,
    perform: async ({ caller, signal }, { runtime }) => {
      const list = await runtime.call<StopList>(stops("list"), {}, { signal });
      return { stops: list.stops.filter((stop) => isOwn(caller, stop)) };
    },
  }),
  route({
    name: "stop.record",
    method: "GET",
    path: "/v1/stops/record",
    summary: "Who stopped and lifted what of the caller's tenant, when and why; the oldest first.",
    roles: TAKES.READERS,
    query: recordQuerySchema,
    perform: async ({ caller, query, signal }, { runtime }): Promise<RecordPage> => {
      const page = await runtime.call<RecordPage>(stops("record"), query, { signal });
      return { ...page, entries: page.entries.filter((entry) => isOwn(caller, entry)) };
    },
  }),
  route({
    name: "stop.stop",
    method: "POST",
    path: "/v1/stops",
    summary:
      "Stops a tool, a model, an agent or all of the caller's tenant: from then on nothing of it begins.",
    roles: TAKES.ADMINS,
    body: z.strictObject(stopInputSchema.shape).omit({ by: true }),
    perform: (request, { runtime }) =>
      runtime.call<StopResult>(stops("stop"), said(request), { signal: request.signal }),
  }),
  route({
    name: "stop.lift",
    method: "POST",
    path: "/v1/stops/lift",
    summary: "Lifts it.",
    roles: TAKES.ADMINS,
    body: z.strictObject(liftInputSchema.shape).omit({ by: true }),
    perform: (request, { runtime }) =>
      runtime.call<LiftResult>(stops("lift"), said(request), { signal: request.signal }),
  }),
];
