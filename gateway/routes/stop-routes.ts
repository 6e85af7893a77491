// Owns the routes of stops. A tenant's admin stops all of its tenant and nothing else: tools, models and
// agents are everybody's, and stopped at the ingress by who runs the deployment.
import {
  type LiftResult,
  liftInputSchema,
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

function isOwn({ tenant }: Caller, { kind, name }: StopScope): boolean {
  return tenant === undefined || (kind === "tenant" && name === tenant);
}

/** The body with who says it. The same answer for whatever is not the caller's. */
function said({ caller, body }: RouteRequest<StopScope>): object {
  if (isOwn(caller, body)) return { ...body, by: caller.principal };
  throw problem("forbidden", "you stop and lift your own tenant only, by its name");
}

const stops = (handler: string) => ({ service: STOPS_SERVICE, key: STOPS_KEY, handler });

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
    name: "stop.stop",
    method: "POST",
    path: "/v1/stops",
    summary: "Stops all of the caller's tenant: from then on no effect begins.",
    roles: TAKES.ADMINS,
    body: stopInputSchema.omit({ by: true }),
    perform: (request, { runtime }) =>
      runtime.call<StopResult>(stops("stop"), said(request), { signal: request.signal }),
  }),
  route({
    name: "stop.lift",
    method: "POST",
    path: "/v1/stops/lift",
    summary: "Lifts it.",
    roles: TAKES.ADMINS,
    body: liftInputSchema.omit({ by: true }),
    perform: (request, { runtime }) =>
      runtime.call<LiftResult>(stops("lift"), said(request), { signal: request.signal }),
  }),
];
