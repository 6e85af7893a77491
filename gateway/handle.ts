// Owns what happens to each request, in this order: who comes, whether the route takes the caller's
// role, the parts of the request, and then the route. Any failure is a problem, and none is silent.
import type { Context } from "hono";
import type { Logger } from "pino";
import type { Authenticate } from "./authenticate.ts";
import { type Caller, NOBODY } from "./caller.ts";
import { type Problem, problem, problemOf, problemResponse } from "./problem.ts";
import type { TakeTurn } from "./rate-limit.ts";
import { sendFile } from "./send-file.ts";
import { readBytes, readJson, readQuery } from "./read-request.ts";
import { type RunStream, sendEvents } from "./stream/event-sink.ts";
import { type ParamName, paramsOf, readParam, type Route, type RouteDeps } from "./route.ts";

export interface HandleDeps {
  readonly authenticate: Authenticate;
  readonly takeTurn: TakeTurn;
  readonly routes: RouteDeps;
  readonly logger: Logger;
  /** Aborts when the gateway closes: streams end then, and their readers come back elsewhere. */
  readonly closing: AbortSignal;
}

export async function handle(c: Context, route: Route, deps: HandleDeps): Promise<Response> {
  const from = performance.now();
  const response = await answer(c, route, deps);
  deps.routes.metrics.observe(route.name, response.status, (performance.now() - from) / 1_000);
  return response;
}

async function answer(c: Context, route: Route, deps: HandleDeps): Promise<Response> {
  try {
    const caller = await callerOf(c, route, deps);
    const request = await requestOf(c, route, { caller, deps });
    const answered = await route.perform(request, deps.routes);
    return answered instanceof Response ? answered : c.json(answered);
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

function headersOf({ status, details }: Problem): Readonly<Record<string, string>> {
  if (status === 401) return { "www-authenticate": "Bearer" };
  const seconds = details?.["retryAfterSeconds"];
  if (seconds !== undefined) return { "retry-after": seconds };
  return status === 503 ? { "retry-after": "1" } : {};
}

async function callerOf(
  c: Context,
  route: Route,
  { authenticate, takeTurn }: Pick<HandleDeps, "authenticate" | "takeTurn">,
): Promise<Caller> {
  if (route.roles === "anyone") return NOBODY;
  const { roles } = route;
  const caller = await authenticate(c.req.header("authorization"));
  await takeTurn(caller);
  if (caller.roles.some((role) => roles.includes(role))) return caller;
  throw problem("forbidden", `this takes the role ${roles.join(" or ")}`);
}

interface Handling {
  readonly caller: Caller;
  readonly deps: HandleDeps;
}

async function requestOf(c: Context, route: Route, { caller, deps }: Handling) {
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
    file: (pieces: AsyncIterable<Uint8Array>, headers: Readonly<Record<string, string>>) =>
      sendFile(pieces, headers, (error) => answerProblem(error, { ...deps, route: route.name })),
    stream: (run: RunStream) => {
      const failed = (error: unknown): void =>
        void answerProblem(error, { ...deps, route: route.name });
      return sendEvents(c, run, { closing: deps.closing, failed });
    },
  };
}
