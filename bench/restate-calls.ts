// Owns the calls of the bench to a Restate server: invocations by the ingress, and by the admin API
// registration and what is open.
import { setTimeout as delay } from "node:timers/promises";

type Row = Readonly<Record<string, unknown>>;

export interface RestateCalls {
  /** Calls a handler and resolves to its answer; rejects when that is not a success. */
  call(path: string, body?: unknown): Promise<unknown>;
  /** Hands the server an invocation; resolves when it is accepted. */
  send(path: string, body?: unknown): Promise<void>;
  /** Resolves an awakeable. */
  resolve(awakeableId: string, body: unknown): Promise<void>;
  registerDeployment(uri: string): Promise<void>;
  query(sql: string): Promise<readonly Row[]>;
  /** Invocations that have not completed, delayed ones aside: handler and status to count. */
  openInvocations(): Promise<Readonly<Record<string, number>>>;
  /** Resolves when no invocation is under way. */
  settled(): Promise<void>;
  /** Resolves when none is but those of this handler that are suspended. */
  settledBut(handler: string): Promise<void>;
}

const POLL_MS = 50;
const BOUND_MS = 600_000;

const OPEN =
  "SELECT target_service_name AS service, target_handler_name AS handler, status, " +
  "count(*) AS count FROM sys_invocation WHERE status NOT IN ('completed', 'scheduled') " +
  "GROUP BY 1, 2, 3";

export function createRestateCalls(ingressUrl: string, adminUrl: string): RestateCalls {
  const calls: RestateCalls = {
    call: (path, body) => post(`${ingressUrl}/restate/call/${path}`, body),
    send: async (path, body) => void (await post(`${ingressUrl}/restate/send/${path}`, body)),
    resolve: async (id, body) =>
      void (await post(`${ingressUrl}/restate/awakeables/${id}/resolve`, body)),
    registerDeployment: async (uri) => void (await post(`${adminUrl}/deployments`, { uri })),
    query: async (sql) =>
      ((await post(`${adminUrl}/query`, { query: sql })) as { rows: Row[] }).rows,
    async openInvocations() {
      const rows = await calls.query(OPEN);
      return Object.fromEntries(
        rows.map(({ service, handler, status, count }) => [
          `${String(service)}/${String(handler)} ${String(status)}`,
          Number(count),
        ]),
      );
    },
    settled: () =>
      until("all invocations completed", async () => {
        return Object.keys(await calls.openInvocations()).length === 0;
      }),
    settledBut: (handler) =>
      until("all others completed", async () =>
        Object.keys(await calls.openInvocations()).every((each) =>
          each.endsWith(`/${handler} suspended`),
        ),
      ),
  };
  return calls;
}

/** Resolves once the condition holds; rejects after ten minutes. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  pollMs = POLL_MS,
): Promise<void> {
  const deadline = Date.now() + BOUND_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${BOUND_MS} ms: ${what}`);
    await delay(pollMs);
  }
}

async function post(url: string, body: unknown): Promise<unknown> {
  // The ingress refuses a body that is announced and empty.
  const given =
    body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const headers = { accept: "application/json", ...given.headers };
  const response = await fetch(url, { method: "POST", ...given, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
