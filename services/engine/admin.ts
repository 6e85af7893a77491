// Owns the conversation with Restate's admin API: registering deployments, listing services,
// SQL introspection, and commands to single invocations. Decides nothing about tasks.
import { awaitReady, type ReadyBounds } from "./await-ready.ts";

/**
 * What the admin API answered to a command about one invocation. `not-applicable`: it has
 * completed, or its status does not allow the command (pausing what is not running).
 */
export type InvocationCommandResult = "accepted" | "not-found" | "not-applicable";

export interface ServiceInfo {
  readonly name: string;
  readonly deploymentId: string;
  readonly revision: number;
}

export interface DescribedService {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Every method rejects with an Error whose message says what was asked and what came back;
 * an admin API that cannot be reached says so and names the address.
 */
export interface AdminClient {
  /** Registers the deployment at this address, or discovers it again with `force`. */
  registerDeployment(
    uri: string,
    options?: { readonly force?: boolean },
  ): Promise<{ readonly id: string; readonly services: readonly string[] }>;
  /** Removes it whatever is pinned to it. `not-found`: it is not there, or not any more. */
  removeDeployment(id: string): Promise<"removed" | "not-found">;
  listServices(): Promise<readonly ServiceInfo[]>;
  /** The services of every deployment that is registered, old ones included. */
  describeServices(): Promise<readonly DescribedService[]>;
  /** Rows of a SQL query; columns that are null are absent. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  cancelInvocation(id: string): Promise<InvocationCommandResult>;
  killInvocation(id: string): Promise<InvocationCommandResult>;
  pauseInvocation(id: string): Promise<InvocationCommandResult>;
  /** Forgets one that has completed: its input, its outcome and its journal. */
  purgeInvocation(id: string): Promise<InvocationCommandResult>;
  /** `deployment` is an id, `latest`, or absent for the one that the invocation is pinned to. */
  resumeInvocation(
    id: string,
    options?: { readonly deployment?: string },
  ): Promise<InvocationCommandResult>;
  /** Of the server, such as `1.7.12`. */
  serverVersion(): Promise<string>;
  /** Resolves once the API answers and every partition can be read; rejects after the bound. */
  waitReady(bounds: ReadyBounds): Promise<void>;
}

// Queries over large states take a second; everything else milliseconds.
const REQUEST_BOUND_MS = 30_000;

export function createAdminClient(adminUrl: string): AdminClient {
  const api: Api = {
    ask: (method, path, body) => request(adminUrl, method, path, body),
  };
  return {
    registerDeployment: (uri, options) => registerDeployment(api, uri, options?.force ?? false),
    removeDeployment: (id) => removeDeployment(api, id),
    listServices: () => listServices(api),
    describeServices: () => describeServices(api),
    query: (sql) => query(api, sql),
    cancelInvocation: (id) => command(api, id, "cancel"),
    killInvocation: (id) => command(api, id, "kill"),
    pauseInvocation: (id) => command(api, id, "pause"),
    purgeInvocation: (id) => command(api, id, "purge"),
    resumeInvocation(id, { deployment } = {}) {
      const where = deployment === undefined ? "" : `?deployment=${encodeURIComponent(deployment)}`;
      return command(api, id, `resume${where}`);
    },
    serverVersion: async () => {
      const { version } = (await expectOk(api, "GET", "/version")) as { version: string };
      return version;
    },
    waitReady(bounds) {
      // Reads from every partition, unlike /health, which answers before they have leaders.
      const readAll = async () => void (await query(api, "SELECT id FROM sys_invocation LIMIT 1"));
      return awaitReady(`Restate at ${adminUrl}`, readAll, bounds);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Api {
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

async function registerDeployment(api: Api, uri: string, force: boolean) {
  const body = await expectOk(api, "POST", "/deployments", { uri, force });
  const { id, services } = body as { id: string; services: { name: string }[] };
  return { id, services: services.map((service) => service.name) };
}

async function removeDeployment(api: Api, id: string): Promise<"removed" | "not-found"> {
  // Restate removes none without force, drained or not (ENGINE 2.6).
  const path = `/deployments/${encodeURIComponent(id)}?force=true`;
  const answer = await api.ask("DELETE", path);
  if (answer.status === 404) return "not-found";
  if (answer.status >= 300) throw refused("DELETE", path, answer);
  return "removed";
}

async function listServices(api: Api): Promise<readonly ServiceInfo[]> {
  const body = await expectOk(api, "GET", "/services");
  const { services } = body as {
    services: { name: string; deployment_id: string; revision: number }[];
  };
  return services.map(({ name, deployment_id, revision }) => ({
    name,
    deploymentId: deployment_id,
    revision,
  }));
}

async function describeServices(api: Api): Promise<readonly DescribedService[]> {
  const body = await expectOk(api, "GET", "/deployments");
  const { deployments } = body as { deployments: { id: string }[] };
  const described: DescribedService[] = [];
  for (const { id } of deployments) {
    // It may have been removed since.
    const answer = await api.ask("GET", `/deployments/${encodeURIComponent(id)}`);
    if (answer.status === 404) continue;
    if (answer.status >= 300) throw refused("GET", `/deployments/${id}`, answer);
    const { services } = answer.body as { services: Partial<DescribedService>[] };
    described.push(...services.map(({ name = "", metadata = {} }) => ({ name, metadata })));
  }
  return described;
}

async function query(api: Api, sql: string): Promise<readonly Record<string, unknown>[]> {
  const body = await expectOk(api, "POST", "/query", { query: sql });
  return (body as { rows: Record<string, unknown>[] }).rows;
}

async function command(api: Api, id: string, verb: string): Promise<InvocationCommandResult> {
  const path = `/invocations/${encodeURIComponent(id)}/${verb}`;
  const answer = await api.ask("PATCH", path);
  if (answer.status === 404) return "not-found";
  if (answer.status === 409) return "not-applicable";
  if (answer.status >= 300) throw refused("PATCH", path, answer);
  return "accepted";
}

async function expectOk(api: Api, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await api.ask(method, path, body);
  if (answer.status >= 300) throw refused(method, path, answer);
  return answer.body;
}

async function request(
  adminUrl: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(path, adminUrl), {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_BOUND_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new Error(`Restate's admin API at ${adminUrl} does not answer ${method} ${path}`, {
      cause: error,
    });
  }
  return { status: response.status, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refused(method: string, path: string, answer: Answer): Error {
  const body = answer.body as { message?: unknown } | string | undefined;
  const said = typeof body === "object" ? body.message : body;
  return new Error(
    `Restate's admin API refused ${method} ${path} with ${answer.status}: ${String(said)}`,
  );
}
