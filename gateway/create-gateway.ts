// Owns the gateway's life: its settings, its routes behind one server, and a graceful end. It keeps
// nothing: any number of them stand side by side, beside workers or alone.
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { destination, type Logger, pino } from "pino";
import type { ArtifactStore } from "../contract/artifact.ts";
import { isLoopback } from "../core/is-loopback.ts";
import { createAdminClient } from "../services/engine/admin.ts";
import { type Authentication, createAuthenticate } from "./authenticate.ts";
import { answerProblem, handle } from "./handle.ts";
import { refuseForeign } from "./loopback.ts";
import { problem } from "./problem.ts";
import { createReadiness } from "./readiness.ts";
import type { RouteDeps } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { createRuntime } from "./runtime.ts";

export interface GatewayOptions {
  /** Restate's HTTP front, such as http://127.0.0.1:8080. Nobody else should reach it. */
  readonly ingressUrl: string;
  /** Restate's admin API, such as http://127.0.0.1:9070; lists come from it. */
  readonly adminUrl: string;
  /** Who may come. Absent: whoever is on this machine, and does everything. */
  readonly authentication?: Authentication;
  /** The app's store. Absent: no artifacts are taken or given. */
  readonly artifacts?: ArtifactStore;
  /** Default: pino on standard error. */
  readonly logger?: Logger;
}

export interface GatewayServeOptions {
  readonly port: number;
  /** Default 127.0.0.1. Any other than a loopback address takes `authentication`. */
  readonly host?: string;
  /** Milliseconds that requests get to end when it closes. Default 20,000. */
  readonly graceMs?: number;
}

export interface RunningGateway {
  readonly host: string;
  readonly port: number;
  /** Takes no new requests, lets those under way end, then the port is free. */
  close(): Promise<void>;
}

export interface Gateway {
  /** For a server of your own. */
  fetch(request: Request): Promise<Response>;
  serve(options: GatewayServeOptions): Promise<RunningGateway>;
}

const DEFAULT_GRACE_MS = 20_000;
const NOBODY_KNOWN =
  "no authentication is configured: whoever reaches this port from this machine may do everything";

/** Throws an Error for settings that cannot be used, with a line for each. */
export function createGateway(options: GatewayOptions): Gateway {
  const { authentication, logger = pino(destination(2)) } = options;
  const runtime = createRuntime(options.ingressUrl);
  const deps = {
    authenticate: createAuthenticate(authentication),
    routes: {
      runtime,
      query: createQuery(options.adminUrl),
      checkReady: createReadiness(runtime),
      artifacts: options.artifacts,
    },
    logger,
  };
  const app = new Hono();
  app.use(async (c, next) => {
    if (authentication === undefined) refuseForeign(c.req.url, c.req.header("origin"));
    await next();
    // What is here is one caller's, and nothing to be guessed at.
    c.header("cache-control", "no-store");
    c.header("x-content-type-options", "nosniff");
  });
  for (const route of ROUTES) app.on(route.method, route.path, (c) => handle(c, route, deps));
  app.notFound(() =>
    answerProblem(problem("route_not_found", "no such route"), { logger, route: "" }),
  );
  app.onError((error) => answerProblem(error, { logger, route: "" }));
  const fetch = async (request: Request) => app.fetch(request);
  const isOpen = authentication === undefined;
  return { fetch, serve: (serving) => serve(fetch, serving, { logger, isOpen }) };
}

/** What the engine says of a query that fails quotes it, and so what a caller filtered by. */
function createQuery(adminUrl: string): RouteDeps["query"] {
  const { query } = createAdminClient(adminUrl);
  return async (sql) => {
    try {
      return await query(sql);
    } catch {
      throw problem("runtime_unavailable", "lists cannot be read now");
    }
  };
}

async function serve(
  fetch: Gateway["fetch"],
  { port, host = "127.0.0.1", graceMs = DEFAULT_GRACE_MS }: GatewayServeOptions,
  { logger, isOpen }: { readonly logger: Logger; readonly isOpen: boolean },
): Promise<RunningGateway> {
  if (isOpen) {
    if (!isLoopback(host))
      throw new Error(
        `host ${host} is not a loopback address, and nobody would be authenticated; give authentication, or serve on 127.0.0.1`,
      );
    logger.warn({ host }, NOBODY_KNOWN);
  }
  // Without options of HTTP/2 it is a server of node:http.
  const server = createAdaptorServer({ fetch }) as Server;
  await bind(server, host, port);
  // A listening TCP server has an address with a port.
  const { port: bound } = server.address() as AddressInfo;
  return { host, port: bound, close: () => close(server, graceMs) };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const taken = `port ${port} on ${host} is taken; stop what listens there or choose another port`;
      reject(cause.code === "EADDRINUSE" ? new Error(taken, { cause }) : cause);
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
