// Owns one address in front of the same port of every node, as a load balancer is in front of real
// machines: connections go to nodes that are healthy, in turn, and those of a node that is not any
// more are cut, so that its callers come again. Reads nothing of what is said.
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { listenOnLoopback, type Listening } from "./loopback.ts";

export interface FrontOptions {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ports of the nodes, on 127.0.0.1. */
  readonly nodes: readonly number[];
  /** Answers 2xx at a node that takes calls. */
  readonly healthPath: string;
  /** How often it is asked, in milliseconds; 500 by default. */
  readonly healthEveryMs?: number;
}

interface Target {
  readonly port: number;
  readonly healthUrl: string;
  readonly open: Set<Socket>;
  failures: number;
}

const HEALTH_EVERY_MS = 500;
/** A node that is frozen takes connections and says nothing. */
const HEALTH_BOUND_MS = 2_000;
/** One answer may be late on a busy machine. */
const FAILURES = 2;

/** Rejects when the port is taken. */
export async function startFront(options: FrontOptions): Promise<Listening> {
  const { port, nodes, healthPath, healthEveryMs = HEALTH_EVERY_MS } = options;
  const targets = nodes.map((node): Target => {
    const healthUrl = `http://127.0.0.1:${node}${healthPath}`;
    return { port: node, healthUrl, open: new Set(), failures: 0 };
  });
  let next = 0;
  const server = createServer((client) => {
    client.on("error", () => client.destroy());
    next = (next + 1) % targets.length;
    forward(client, [...targets.slice(next), ...targets.slice(0, next)].filter(isHealthy));
  });
  const listening = await listenOnLoopback(server, port);
  const closed = new AbortController();
  const watched = targets.map((target) => watchHealth(target, healthEveryMs, closed.signal));
  return {
    url: listening.url,
    async close() {
      closed.abort();
      await Promise.all(watched);
      for (const { open } of targets) cut(open);
      await listening.close();
    },
  };
}

function isHealthy({ failures }: Target): boolean {
  return failures < FAILURES;
}

/** To the first that takes it. One that takes none of it was never given anything. */
function forward(client: Socket, [target, ...others]: readonly Target[]): void {
  if (target === undefined) {
    client.destroy();
    return;
  }
  const node = connect({ port: target.port, host: "127.0.0.1", noDelay: true });
  const elsewhere = (): void => forward(client, others);
  node.once("error", elsewhere);
  node.once("connect", () => {
    node.off("error", elsewhere);
    target.open.add(node);
    join(client, node);
    node.once("close", () => target.open.delete(node));
  });
}

/** Ends each with the other, however it ends. */
function join(client: Socket, node: Socket): void {
  client.setNoDelay(true).pipe(node).pipe(client);
  node.on("error", () => node.destroy());
  client.once("close", () => node.destroy());
  node.once("close", () => client.destroy());
  if (client.destroyed) node.destroy();
}

async function watchHealth(target: Target, everyMs: number, closed: AbortSignal): Promise<void> {
  while (!closed.aborted) {
    target.failures = (await answers(target.healthUrl, closed)) ? 0 : target.failures + 1;
    if (!isHealthy(target)) cut(target.open);
    await delay(everyMs, undefined, { signal: closed }).catch(() => undefined);
  }
}

async function answers(url: string, closed: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([closed, AbortSignal.timeout(HEALTH_BOUND_MS)]);
  try {
    const response = await fetch(url, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function cut(open: ReadonlySet<Socket>): void {
  for (const socket of open) socket.destroy();
}
