// Owns what happens to each request, in this order: who comes, whether the route takes the caller's
// role, the parts of the request, and then the route. Any failure is a problem, and none is silent.
import type { Context } from "hono";
import type { Logger } from "pino";
import type { Authenticate } from "./authenticate.ts";
import { type Caller, NOBODY } from "./caller.ts";
import { type Problem, problem, problemOf, problemResponse } from "./problem.ts";
import { readBytes, readJson, readQuery } from "./read-request.ts";
import { type ParamName, paramsOf, readParam, type Route, type RouteDeps } from "./route.ts";

export interface HandleDeps {
  readonly authenticate: Authenticate;
  readonly routes: RouteDeps;
  readonly logger: Logger;
}

export async function handle(c: Context, route: Route, deps: HandleDeps): Promise<Response> {
  try {
    const caller = await callerOf(c, route, deps.authenticate);
    const request = await requestOf(c, route, caller);
    const answer = await route.perform(request, deps.routes);
    return answer instanceof Response ? answer : c.json(answer);
  } catch (error) {
    return answerProblem(error, { logger: deps.logger, route: route.name });
  }
}

/** The answer to a failure; one that nobody foresaw is logged and told in no detail. */
export function answerProblem(
  error: unknown,
  { logger, route }: { readonly logger: Logger; readonly route: string },
): Response {
  const known = problemOf(error);
  if (known !== undefined && known.status < 500) return problemResponse(known, headersOf(known));
  const told = known ?? problem("internal", "the gateway failed").problem;
  const said = known === undefined ? { err: error } : { said: known.detail };
  logger.error({ route, code: told.code, ...said }, "a request could not be answered");
  return problemResponse(told, headersOf(told));
}

function headersOf({ status }: Problem): Readonly<Record<string, string>> {
  if (status === 401) return { "www-authenticate": "Bearer" };
  return status === 503 ? { "retry-after": "1" } : {};
}

async function callerOf(c: Context, route: Route, authenticate: Authenticate): Promise<Caller> {
  if (route.roles === "anyone") return NOBODY;
  const { roles } = route;
  const caller = await authenticate(c.req.header("authorization"));
  if (caller.roles.some((role) => roles.includes(role))) return caller;
  throw problem("forbidden", `this takes the role ${roles.join(" or ")}`);
}

async function requestOf(c: Context, route: Route, caller: Caller) {
  const params = new Map<ParamName, string>();
  for (const name of paramsOf(route)) params.set(name, readParam(name, c.req.param(name) ?? ""));
  const { raw } = c.req;
  const bytes = route.body === undefined ? new Uint8Array() : await readBytes(raw.body, route);
  const { body, query } = route;
  return {
    caller,
    bytes,
    param: (name: ParamName) => params.get(name) ?? "",
    query: query === undefined ? undefined : readQuery(query, c.req.url),
    body:
      body === undefined || body === "raw"
        ? undefined
        : readJson(body, bytes, c.req.header("content-type")),
    header: (name: string) => c.req.header(name),
    signal: raw.signal,
  };
}
