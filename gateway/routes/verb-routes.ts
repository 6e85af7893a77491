// Owns the routes of the verbs by which people control a task, one for each verb of core's table: a
// verb that is new there does not compile here until it has a body and roles.
import { cancelInputSchema } from "../../contract/api.ts";
import {
  CONTROL_SERVICE,
  killInputSchema,
  overrideInputSchema,
  pauseInputSchema,
  transferInputSchema,
  verbInputSchema,
} from "../../contract/control.ts";
import {
  dropInputSchema,
  grantInputSchema,
  retryInputSchema,
  rollbackInputSchema,
  settleInputSchema,
} from "../../contract/effect-api.ts";
import { recoverInputSchema } from "../../contract/recover.ts";
import { withdrawOperationInputSchema } from "../../contract/wait-api.ts";
import { type Verb, VERBS, whenTaken } from "../../core/control/verbs.ts";
import { type Role, TAKES } from "../roles.ts";
import { type Route, route, type RouteDeps, type RouteRequest } from "../route.ts";
import { type Body, without } from "../without.ts";
import { onTask, taskKey } from "./task-at.ts";
import { TASK } from "./task-routes.ts";

/** `send` and its modes are no route of their own. */
type ControlVerb = Exclude<Verb, "send" | "interrupt" | "queue">;

interface VerbRoute {
  readonly schema: Parameters<typeof without>[0];
  readonly roles: readonly Role[];
}

const plain: VerbRoute = { schema: verbInputSchema, roles: TAKES.OPERATORS };

const ROUTE_OF: Readonly<Record<ControlVerb, VerbRoute>> = {
  pause: { schema: pauseInputSchema, roles: TAKES.OPERATORS },
  resume: plain,
  quarantine: plain,
  override: { schema: overrideInputSchema, roles: TAKES.OPERATORS },
  transfer: { schema: transferInputSchema, roles: TAKES.OPERATORS },
  retry: { schema: retryInputSchema, roles: TAKES.OPERATORS },
  drop: { schema: dropInputSchema, roles: TAKES.OPERATORS },
  settle: { schema: settleInputSchema, roles: TAKES.OPERATORS },
  withdraw: { schema: withdrawOperationInputSchema, roles: TAKES.OPERATORS },
  // What a task may do is not a matter of keeping it going.
  grant: { schema: grantInputSchema, roles: TAKES.ADMINS },
  rollback: { schema: rollbackInputSchema, roles: TAKES.OPERATORS },
  // Whoever works with a task may stop it.
  cancel: { schema: cancelInputSchema, roles: TAKES.USERS },
  complete: plain,
  retire: plain,
  kill: { schema: killInputSchema, roles: TAKES.OPERATORS },
};

/** No verb of people alone: the supervisor says it too, with more than people do. */
const recover = route({
  name: "task.recover",
  method: "POST",
  path: `${TASK}/recover`,
  summary:
    "Begins a segment anew where one is gone or stuck, and tries what is blocked; harmless where nothing is wrong.",
  roles: TAKES.OPERATORS,
  body: without(recoverInputSchema, "by", "park", "attempts"),
  perform: (request, deps) => {
    const body = { ...request.body, by: request.caller.principal };
    return onTask(request, deps, "recover", body);
  },
});

export const VERB_ROUTES: readonly Route[] = [
  ...Object.entries(ROUTE_OF).map(([verb, of]) => verbRoute(verb as ControlVerb, of)),
  recover,
];

function verbRoute(verb: ControlVerb, { schema, roles }: VerbRoute): Route {
  return route({
    name: `task.${verb}`,
    method: "POST",
    path: `${TASK}/${verb}`,
    summary: `The verb ${verb}; taken when the task is ${whenTaken(verb)}. Reason: ${VERBS[verb].reason}.`,
    roles,
    body: without(schema, "by", "agent", "taskId"),
    perform: (request, deps) => perform(verb, request, deps),
  });
}

function perform(verb: ControlVerb, request: RouteRequest<Body>, deps: RouteDeps): Promise<object> {
  const body = { ...request.body, by: request.caller.principal };
  if (verb !== "kill") return onTask(request, deps, verb, body);
  // An object cannot end its own segment.
  const named = { ...body, agent: request.param("agent"), taskId: taskKey(request) };
  return deps.runtime.call({ service: CONTROL_SERVICE, handler: "kill" }, named, {
    signal: request.signal,
  });
}
