// Owns the gateway's life: its settings, its routes behind one server, and a graceful end. It keeps
// nothing: any number of them stand side by side, beside workers or alone.
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { destination, type Logger, pino } from "pino";
import type { ArtifactStore } from "../contract/artifact.ts";
import type { EvidencePublicKeys } from "../contract/evidence-export.ts";
import type { LiveHub } from "../contract/live.ts";
import { hostIn, isLoopback } from "../core/is-loopback.ts";
import { createAdminClient } from "../services/engine/admin.ts";
import { type Authentication, createAuthenticate } from "./authenticate.ts";
import { CONSOLE_PATH, createServeConsole } from "./console/serve-console.ts";
import { answerProblem, handle } from "./handle.ts";
import { refuseForeign } from "./loopback.ts";
import { problem } from "./problem.ts";
import { createMetrics } from "./metrics.ts";
import { createRateLimit, type RateLimit } from "./rate-limit.ts";
import { createReadiness } from "./readiness.ts";
import type { RouteDeps } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { createRuntime } from "./runtime.ts";
import { createLiveHub } from "./stream/live-hub.ts";

export interface GatewayOptions {
  /** Restate's HTTP front, such as http://127.0.0.1:8080. Nobody else should reach it. */
  readonly ingressUrl: string;
  /** Restate's admin API, such as http://127.0.0.1:9070; lists come from it. */
  readonly adminUrl: string;
  /** Who may come. Absent: whoever is on this machine, and does everything. */
  readonly authentication?: Authentication;
  /** Without authentication: who whoever comes acts as. Default: anybody. */
  readonly principal?: string;
  /** The app's store. Absent: no artifacts are taken or given. */
  readonly artifacts?: ArtifactStore;
  /** From `evidencePublicKeys`: checks exports by them. Absent: their signatures are not looked at. */
  readonly evidenceKeys?: EvidencePublicKeys;
  /**
   * Where live news of tasks are had: the hub that an app of this process is given as `live`. Default:
   * a hub of its own, for what workers post (docs/streams.md).
   */
  readonly live?: LiveHub;
  /** Whether the console is served, under /console/. Default: yes. */
  readonly console?: boolean;
  /**
   * Where Restate's own console is for people, which the console links to. Default: the admin API's,
   * where that is on this machine.
   */
  readonly restateConsoleUrl?: string;
  /** How many requests a caller may make. Default: any number. */
  readonly rateLimit?: RateLimit;
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
  const query = createQuery(options.adminUrl);
  const closing = new AbortController();
  const deps = {
    authenticate: createAuthenticate(authentication, options.principal),
    takeTurn: createRateLimit(options.rateLimit),
    routes: {
      runtime,
      query,
      metrics: createMetrics(query),
      checkReady: createReadiness(runtime),
      artifacts: options.artifacts,
      live: options.live ?? createLiveHub(),
      evidenceKeys: options.evidenceKeys,
      restateConsole: restateConsoleOf(options),
    },
    logger,
    closing: closing.signal,
  };
  const app = new Hono();
  app.use(async (c, next) => {
    if (authentication === undefined) refuseForeign(c.req.url, c.req.header("origin"));
    await next();
    if (c.req.path.startsWith(CONSOLE_PATH)) return;
    // What is here is one caller's, and nothing to be guessed at.
    c.header("cache-control", "no-store");
    c.header("x-content-type-options", "nosniff");
  });
  if (options.console !== false) {
    const serveConsole = createServeConsole();
    for (const path of ["/", "/console"]) app.get(path, (c) => c.redirect(CONSOLE_PATH));
    app.get(`${CONSOLE_PATH}*`, (c) => serveConsole(c.req.path, c.req.header("accept-encoding")));
  }
  for (const route of ROUTES) app.on(route.method, route.path, (c) => handle(c, route, deps));
  app.notFound(() =>
    answerProblem(problem("route_not_found", "no such route"), { logger, route: "" }),
  );
  app.onError((error) => answerProblem(error, { logger, route: "" }));
  const fetch = async (request: Request) => app.fetch(request);
  const isOpen = authentication === undefined;
  const endStreams = () => closing.abort();
  return { fetch, serve: (serving) => serve(fetch, serving, { logger, isOpen, endStreams }) };
}

function restateConsoleOf({ adminUrl, restateConsoleUrl }: GatewayOptions): string | undefined {
  const url = restateConsoleUrl ?? (isLoopback(hostIn(adminUrl)) ? `${adminUrl}/ui` : undefined);
  return url?.replace(/\/+$/, "");
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

interface Serving {
  readonly logger: Logger;
  readonly isOpen: boolean;
  /** Ends what would go on for ever. */
  readonly endStreams: () => void;
}

async function serve(
  fetch: Gateway["fetch"],
  { port, host = "127.0.0.1", graceMs = DEFAULT_GRACE_MS }: GatewayServeOptions,
  { logger, isOpen, endStreams }: Serving,
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
  const end = (): Promise<void> => {
    endStreams();
    return close(server, graceMs);
  };
  return { host, port: bound, close: end };
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
