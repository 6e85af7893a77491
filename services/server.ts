// Owns an app's life: agents, tools and model providers become an app, which serves all of it or
// a part, registers itself, is mounted elsewhere, and drains. What it serves is put together in
// deployments.ts.
import type { Logger } from "pino";
import type { PolicyEngine } from "../contract/policy.ts";
import { isLoopback } from "../core/is-loopback.ts";
import type { AppOptions, ServePart } from "./app-options.ts";
import { checkApp } from "./check-app.ts";
import { readTelemetryConfig } from "./config.ts";
import type { Readiness } from "./worker/readiness.ts";
import { createReadiness } from "./worker/readiness.ts";
import { type AppParts, deploymentsOf, ingressOf, isChosen } from "./deployments.ts";
import type { AdminClient } from "./engine/admin.ts";
import { createAdminClient } from "./engine/admin.ts";
import { createLogger } from "./log.ts";
import { createPolicyEngine } from "./policy/policy-engine.ts";
import { createPriceTable } from "./prices/price-table.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import type { Supervisor } from "./supervisor/supervisor.ts";
import { createAdmission } from "./supervisor/admit-waiting.ts";
import { startSupervisor } from "./supervisor/supervisor.ts";
import { createOwnerWatch } from "./supervisor/owner-watch.ts";
import type { Watch } from "./supervisor/watch.ts";
import { createArchiveWatch } from "./supervisor/archive-watch.ts";
import { createRetentionWatch } from "./supervisor/retention-watch.ts";
import { createWatchdog } from "./supervisor/watchdog.ts";
import {
  archiveTask,
  expireTask,
  flagTask,
  recoverTask,
  succeedTask,
} from "./task-log/ingress-log.ts";
import type { RequestListener } from "./worker/worker-server.ts";
import { listen, routeByPrefix } from "./worker/worker-server.ts";

export interface ServeOptions {
  readonly port: number;
  /** Default 127.0.0.1. Any other than a loopback address takes `identityKeys`. */
  readonly host?: string;
  readonly only?: ServePart;
  /** Milliseconds that segments and tools get to end when draining. Default 20,000. */
  readonly graceMs?: number;
}

export interface Worker {
  readonly host: string;
  readonly port: number;
  /** The addresses to register, one per deployment. */
  readonly deployments: readonly string[];
  /**
   * Registers the deployments; `at` is where Restate reaches the worker if not at its own address.
   * Rejects while the worker's clock is more than 5 s off Restate's.
   */
  register(options?: { readonly at?: string; readonly force?: boolean }): Promise<void>;
  /** Whether it takes work now; `GET /ready` at its address says the same (docs/operating.md). */
  readiness(): Readiness;
  /** Looks once, now, after what the engine gave up on. */
  supervise(): Promise<void>;
  /** Running segments yield, tools end, then the port is free. */
  drain(): Promise<void>;
}

export interface App {
  serve(options: ServeOptions): Promise<Worker>;
  /** For an HTTP/2 server of your own: register its address with each of `paths` appended. */
  mount(only?: ServePart): {
    readonly listener: RequestListener;
    readonly paths: readonly string[];
  };
}

const DEFAULT_GRACE_MS = 20_000;

/** Puts an app together. Throws an Error with a line per problem that names the fix. */
export function createApp(options: AppOptions): App {
  const agents = options.agents ?? [];
  const tools = [...new Set([...agents.flatMap((agent) => agent.tools), ...(options.tools ?? [])])];
  checkApp({
    agents,
    tools,
    providers: Object.keys(options.providers ?? {}),
    audit: options,
    outside: options,
    approvalRetentionMs: options.approvalRetentionMs,
    kept: options,
  });
  const logger = options.logger ?? createLogger("info");
  const state = { draining: false };
  const policy = createAppPolicy(options, logger);
  const prices = createPriceTable(options.prices);
  const telemetry = startTelemetry(options.telemetry ?? readTelemetryConfig(), logger);
  const isDraining = (): boolean => state.draining;
  const parts = { options, agents, tools, logger, policy, prices, telemetry, isDraining };
  const mount: App["mount"] = (only = {}) => {
    const routes = deploymentsOf(parts, only);
    return { listener: routeByPrefix(routes), paths: [...routes.keys()] };
  };
  return {
    mount,
    serve: (serveOptions) =>
      serve(parts, mount(serveOptions.only), serveOptions, () => (state.draining = true)),
  };
}

/** Throws an Error for a policy, a schema or a rule that is wrong, so that nothing starts. */
function createAppPolicy(options: AppOptions, logger: Logger): PolicyEngine {
  const { policies, defaultPolicies: defaults, policySchema: schema, approvals } = options;
  const policy = createPolicyEngine({ policies, defaults, schema, approvals });
  for (const warning of policy.warnings)
    logger.warn({ warning }, "a policy may not mean what it says");
  return policy;
}

async function serve(
  parts: AppParts,
  mounted: ReturnType<App["mount"]>,
  { port, host = "127.0.0.1", only = {}, graceMs = DEFAULT_GRACE_MS }: ServeOptions,
  startDraining: () => void,
): Promise<Worker> {
  const { options, logger } = parts;
  if (!isLoopback(host) && (options.identityKeys ?? []).length === 0) {
    throw new Error(
      `host ${host} is not a loopback address, and nothing would authenticate callers; give identityKeys, or serve on 127.0.0.1`,
    );
  }
  const { isDraining } = parts;
  await parts.telemetry.ready;
  const readiness = createReadiness({ ingressUrl: options.ingressUrl, logger, isDraining });
  const server = await listen(readiness.guard(mounted.listener), { host, port });
  readiness.start();
  const admin = createAdminClient(options.adminUrl);
  const agents = parts.agents.map(({ name }) => name).filter((name) => isChosen(only.agents, name));
  const recover = recoverTask(ingressOf(options));
  const watchPorts = { query: admin.query, flag: flagTask(ingressOf(options)) };
  const watchdog = createWatchdog(watchPorts, logger, agents, options.watch);
  const ownerWatch = ownerWatchOf(parts, admin, agents);
  // By a wrong clock every task would look stuck.
  const mayAct = () => readiness.clockProblem() === undefined;
  const supervising = {
    ports: { ...admin, recover },
    logger,
    agents,
    admission: createAdmission({ ...admin, recover }, logger, agents),
    watchdog,
    ownerWatch,
    archiveWatch: archiveWatchOf(parts, admin, agents),
    retentionWatch: retentionWatchOf(parts, admin, agents),
    mayAct,
  };
  const supervisor: Supervisor = startSupervisor(supervising);
  const addressAt = (base: string) =>
    mounted.paths.map((path) => new URL(path.slice(1), `${base}/`).href);
  const ownBase = `http://${host}:${server.port}`;
  return {
    host,
    port: server.port,
    deployments: addressAt(ownBase),
    register: async ({ at = ownBase, force = true } = {}) => {
      const wrong = await readiness.compared();
      if (wrong !== undefined) throw new Error(`not registered: ${wrong}`);
      for (const address of addressAt(at)) await admin.registerDeployment(address, { force });
    },
    readiness: readiness.now,
    supervise: () => supervisor.round(),
    drain: async () => {
      startDraining();
      supervisor.stop();
      readiness.stop();
      await server.close(graceMs);
      await parts.telemetry.flush();
    },
  };
}

function archiveWatchOf(
  { options, logger }: AppParts,
  { query }: AdminClient,
  agents: readonly string[],
): Watch | undefined {
  const { archive } = options;
  if (archive === false) return undefined;
  const ports = { query, archive: archiveTask(ingressOf(options)) };
  return createArchiveWatch(ports, logger, agents, archive);
}

function retentionWatchOf(
  { options, logger }: AppParts,
  { query }: AdminClient,
  agents: readonly string[],
): Watch | undefined {
  const { retention } = options;
  if (retention === undefined) return undefined;
  const ports = { query, expire: expireTask(ingressOf(options)) };
  return createRetentionWatch(ports, logger, agents, retention);
}

function ownerWatchOf(
  { options, logger }: AppParts,
  { query }: AdminClient,
  agents: readonly string[],
): Watch | undefined {
  const { owners } = options;
  if (owners === undefined) return undefined;
  const resolve = async (owner: string) => owners.resolve(owner);
  const ports = { query, resolve, succeed: succeedTask(ingressOf(options)) };
  return createOwnerWatch(ports, logger, agents, owners.checkEveryMs);
}
