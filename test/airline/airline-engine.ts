// Owns what the airline flies on: one server, or a cluster of three nodes, either of which can be struck by
// the death of a process. Whoever calls it meanwhile is answered when it is there again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startCluster } from "../../cli/cluster/cluster.ts";
import { freePorts } from "../../services/engine/ports.ts";
import { freeRange } from "../cluster/support/free-range.ts";
import { persist } from "../cluster/support/persist.ts";
import { type Ingress, ingressAt } from "../support/ingress.ts";
import { startEngine } from "../support/restate.ts";
import { spawnProcess, type WorkerOptions, type WorkerProcess } from "../support/worker-process.ts";

export interface AirlineEngine {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Removed at the end. */
  readonly directory: string;
  readonly call: Ingress["call"];
  spawnWorker(
    file: URL,
    env: Readonly<Record<string, string>>,
    options: Pick<WorkerOptions, "port"> & { readonly register: false },
  ): Promise<WorkerProcess>;
  /** SIGKILL of the server, or of one node after the other; resolves when it is there again. */
  strike(): Promise<void>;
  strikes(): number;
  stop(): Promise<void>;
}

/** Of a node, in milliseconds. */
const AWAY_MS = 3_000;

export async function openServer(): Promise<AirlineEngine> {
  const engine = await startEngine();
  const struck = inTurn(async () => {
    await engine.server.kill();
    await engine.restart();
  });
  return {
    ...engine,
    ...struck,
    call: untilAnswered(engine.call),
  };
}

export async function openCluster(): Promise<AirlineEngine> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-airline-"));
  const [ingress = 0, admin = 0] = await freePorts(2);
  const cluster = await startCluster({
    directory: join(directory, "cluster"),
    ports: { ingress, admin, first: await freeRange(10) },
    env: { RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "128 MiB" },
  });
  const struck = inTurn(async (n) => {
    const node = cluster.nodes[n % cluster.nodes.length];
    await node?.server?.kill();
    await delay(AWAY_MS);
    await node?.start();
  });
  const { call } = ingressAt(cluster.ingressUrl);
  return {
    ...struck,
    ingressUrl: cluster.ingressUrl,
    adminUrl: cluster.adminUrl,
    directory,
    call: untilAnswered(call),
    spawnWorker: async (file, env, { port }) =>
      spawnProcess(file, port ?? (await freePorts(1))[0] ?? 0, env),
    stop: async () => {
      await cluster.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Calls of one that is coming up are answered with 503, with 404 as if nothing was registered, or not at all. */
function untilAnswered(call: Ingress["call"]): Ingress["call"] {
  return (...asked) =>
    persist(async () => {
      const answer = await call(...asked);
      if (answer.status >= 500 || answer.status === 404)
        throw new Error(`${asked[0]} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer;
    });
}

/** Those that overlap follow each other. */
function inTurn(strike: (n: number) => Promise<void>): Pick<AirlineEngine, "strike" | "strikes"> {
  let strikes = 0;
  let settled = Promise.resolve();
  return {
    strike: () => {
      settled = settled.then(async () => {
        strikes += 1;
        await strike(strikes);
      });
      return settled;
    },
    strikes: () => strikes,
  };
}
