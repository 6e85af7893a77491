// Owns the composition: agents, tools and model providers become an app, which serves all of
// it or a part, registers itself, is mounted elsewhere, and drains. Everything else is made
// in its own folder and only put together here.
import { createEndpointHandler } from "@restatedev/restate-sdk";
import type { Logger } from "pino";
import type { AgentDefinition } from "../contract/agent.ts";
import type { ArtifactStore } from "../contract/artifact.ts";
import { DEFAULT_INLINE_LIMIT_BYTES } from "../contract/artifact.ts";
import type { ModelProvider } from "../contract/model.ts";
import type { AnyTool } from "../contract/tool.ts";
import { manifestOf, sealManifest } from "../core/define-agent.ts";
import { createAgentObject } from "../objects/agent/agent-object.ts";
import { checkApp } from "./check-app.ts";
import { createAdminClient } from "./engine/admin.ts";
import { createFindUnregistered } from "./engine/find-unregistered.ts";
import { createLogger, sdkLogger } from "./log.ts";
import { createContextCache } from "./model/context-cache.ts";
import { createModelCaller } from "./model/model-caller.ts";
import type { Supervisor } from "./supervisor/supervisor.ts";
import { startSupervisor } from "./supervisor/supervisor.ts";
import { createIngressLog, recoverTask } from "./task-log/ingress-log.ts";
import { createToolService } from "./tool-host/tool-service.ts";
import { waiterService } from "./waiter/waiter-service.ts";
import type { RequestListener } from "./worker/worker-server.ts";
import { isLoopback, listen, routeByPrefix } from "./worker/worker-server.ts";

export interface AppOptions {
  readonly agents?: readonly AgentDefinition[];
  /** Tools to serve besides those of the agents. */
  readonly tools?: readonly AnyTool[];
  /** By the names that the agents' models use. */
  readonly providers?: Readonly<Record<string, ModelProvider>>;
  readonly artifacts: ArtifactStore;
  /** Restate's HTTP front, such as http://127.0.0.1:8080. */
  readonly ingressUrl: string;
  /** Restate's admin API, such as http://127.0.0.1:9070. */
  readonly adminUrl: string;
  /** Default: pino on standard error. */
  readonly logger?: Logger;
  /** Values above this many bytes leave the journal and the state. Default 32 KiB. */
  readonly inlineLimitBytes?: number;
  /** Restate's request identity keys (`publickeyv1_...`): unsigned requests are refused. */
  readonly identityKeys?: readonly string[];
}

/** Which deployments a worker serves; everything by default. */
export interface ServePart {
  /** All agents, the named ones, or none. */
  readonly agents?: boolean | readonly string[];
  /** All tools, the named ones, or none. */
  readonly tools?: boolean | readonly string[];
  readonly waiters?: boolean;
}

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
  /** Registers the deployments; `at` is where Restate reaches the worker if not at its own address. */
  register(options?: { readonly at?: string; readonly force?: boolean }): Promise<void>;
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
  checkApp({ agents, tools, providers: Object.keys(options.providers ?? {}) });
  const logger = options.logger ?? createLogger("info");
  const state = { draining: false };
  const parts = { options, agents, tools, logger, isDraining: () => state.draining };
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

interface Parts {
  readonly options: AppOptions;
  readonly agents: readonly AgentDefinition[];
  readonly tools: readonly AnyTool[];
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

type EndpointServices = Parameters<typeof createEndpointHandler>[0]["services"];

/**
 * A deployment per kind, since Restate pins an invocation to one: agents and tools change
 * with every release, waiters never (L4).
 */
function deploymentsOf(parts: Parts, only: ServePart): ReadonlyMap<string, RequestListener> {
  const { options, logger } = parts;
  const { artifacts, identityKeys } = options;
  const inlineLimitBytes = options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
  const routes = new Map<string, RequestListener>();
  const add = (path: string, services: EndpointServices): void => {
    if (services.length === 0) return;
    const identity = identityKeys === undefined ? {} : { identityKeys: [...identityKeys] };
    routes.set(path, createEndpointHandler({ services, logger: sdkLogger(logger), ...identity }));
  };
  add("/agents", agentObjects(parts, only, inlineLimitBytes));
  const served = parts.tools.filter(({ name }) => isChosen(only.tools, name));
  add(
    "/tools",
    served.map((tool) => createToolService({ tool, artifacts, inlineLimitBytes, logger })),
  );
  add("/waiters/v1", only.waiters === false ? [] : [waiterService]);
  return routes;
}

function agentObjects(parts: Parts, only: ServePart, inlineLimitBytes: number): EndpointServices {
  const { options, isDraining } = parts;
  const { artifacts, providers = {}, ingressUrl, adminUrl } = options;
  const shared = {
    artifacts,
    providers,
    inlineLimitBytes,
    readLog: createIngressLog(ingressUrl),
    findUnregistered: createFindUnregistered(adminUrl),
    cache: createContextCache(),
  };
  const storeText = (text: string) => artifacts.put(new TextEncoder().encode(text), "text/plain");
  return parts.agents
    .filter(({ name }) => isChosen(only.agents, name))
    .map((agent) => {
      const manifest = manifestOf(agent);
      const callModel = createModelCaller({ ...shared, agent, manifest });
      const ports = {
        callModel,
        findUnregistered: shared.findUnregistered,
        isDraining,
        remember: shared.cache.extend,
      };
      return createAgentObject({
        agent,
        manifest: sealManifest(manifest).sha256,
        ports,
        store: { storeText, inlineLimitBytes },
      });
    });
}

function isChosen(choice: boolean | readonly string[] | undefined, name: string): boolean {
  return typeof choice === "object" ? choice.includes(name) : (choice ?? true);
}

async function serve(
  parts: Parts,
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
  const server = await listen(mounted.listener, { host, port });
  const admin = createAdminClient(options.adminUrl);
  const agents = parts.agents.map(({ name }) => name).filter((name) => isChosen(only.agents, name));
  const recover = recoverTask(options.ingressUrl);
  const supervisor: Supervisor = startSupervisor({ ports: { ...admin, recover }, logger, agents });
  const addressAt = (base: string) =>
    mounted.paths.map((path) => new URL(path.slice(1), `${base}/`).href);
  const ownBase = `http://${host}:${server.port}`;
  return {
    host,
    port: server.port,
    deployments: addressAt(ownBase),
    register: async ({ at = ownBase, force = true } = {}) => {
      for (const address of addressAt(at)) await admin.registerDeployment(address, { force });
    },
    supervise: () => supervisor.round(),
    drain: async () => {
      startDraining();
      supervisor.stop();
      await server.close(graceMs);
    },
  };
}
