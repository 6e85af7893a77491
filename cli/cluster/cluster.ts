// Owns a Restate cluster of three nodes on this machine, for trying it and for tests: its nodes, the
// storage of its snapshots, and the addresses in front of it. Real machines are for deploy/.
import { join, resolve } from "node:path";
import { isFree } from "../../services/engine/ports.ts";
import { type ClusterNode, hasData, openNode } from "./cluster-node.ts";
import { startFront } from "./front.ts";
import type { Listening } from "./loopback.ts";
import type { SnapshotStore } from "./node-settings.ts";
import { startS3Server } from "./s3-server.ts";

export interface ClusterOptions {
  /** Of all data; made when it is not there. A cluster that is there goes on. */
  readonly directory: string;
  readonly ports: ClusterPorts;
  /** By default a folder, which is served as S3 on a port of the cluster. */
  readonly snapshots?: SnapshotStore;
  /** Settings of every node over restate.toml, e.g. `RESTATE_DEFAULT_NUM_PARTITIONS`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each line that a node logs. */
  readonly onLog?: (node: string, line: string) => void;
  /** How long the start may take, in milliseconds; 60,000 by default. */
  readonly readyBoundMs?: number;
}

/** All on 127.0.0.1. */
export interface ClusterPorts {
  /** In front of the nodes' ingresses. */
  readonly ingress: number;
  /** In front of the nodes' admin APIs. */
  readonly admin: number;
  /** The first of ten: one for snapshots, and three for each node. */
  readonly first: number;
}

export interface Cluster {
  /** Is there as long as any node is. */
  readonly ingressUrl: string;
  /** Is there as long as any node is. */
  readonly adminUrl: string;
  readonly nodes: readonly ClusterNode[];
  /** Stops the nodes in order, then what is in front of them. */
  stop(): Promise<void>;
  /** SIGKILL to every node. */
  kill(): Promise<void>;
}

const NODES = [1, 2, 3];
const READY_BOUND_MS = 60_000;
const BUCKET = "restate";

/**
 * Resolves once every node takes calls. Rejects with one sentence, and leaves nothing behind, when a
 * port is taken or a node does not start.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  await assertFree(options.ports);
  const directory = resolve(options.directory);
  const open: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of open.splice(0).toReversed()) await step();
  };
  const opened = async (listening: Promise<Listening>): Promise<Listening> => {
    const { close: closing } = await listening;
    open.push(closing);
    return listening;
  };
  try {
    const snapshots = options.snapshots ?? (await serveFolder(directory, options.ports, opened));
    const nodes = await openNodes(options, directory, snapshots);
    open.push(() => Promise.all(nodes.map(async ({ server }) => server?.stop())));
    await startAll(nodes);
    const front = (role: "ingress" | "admin", healthPath: string) => {
      const ports = nodes.map((node) => node.ports[role]);
      return opened(startFront({ port: options.ports[role], nodes: ports, healthPath }));
    };
    const ingress = await front("ingress", "/restate/health");
    const admin = await front("admin", "/health");
    return {
      ingressUrl: ingress.url,
      adminUrl: admin.url,
      nodes,
      stop: close,
      async kill() {
        await Promise.all(nodes.map(async ({ server }) => server?.kill()));
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of a node of this number. */
function portsOf({ first }: ClusterPorts, number: number) {
  const base = first + 3 * number;
  return { ingress: base - 2, admin: base - 1, fabric: base };
}

async function serveFolder(
  directory: string,
  ports: ClusterPorts,
  opened: (listening: Promise<Listening>) => Promise<Listening>,
): Promise<SnapshotStore> {
  const { url } = await opened(startS3Server(join(directory, "snapshots"), ports.first));
  return {
    destination: `s3://${BUCKET}/snapshots`,
    region: "local",
    endpoint: url,
    // The server looks at no signature, and Restate asks for none without.
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
}

async function openNodes(
  { ports, env = {}, readyBoundMs = READY_BOUND_MS, onLog = () => undefined }: ClusterOptions,
  directory: string,
  snapshots: SnapshotStore,
): Promise<readonly ClusterNode[]> {
  const fabricUrls = NODES.map((number) => `http://127.0.0.1:${portsOf(ports, number).fabric}`);
  const known = await Promise.all(NODES.map((number) => hasData(directory, number)));
  const isNew = !known.includes(true);
  return Promise.all(
    NODES.map((number) => {
      const own = { number, ports: portsOf(ports, number), fabricUrls, snapshots, env };
      const log = (line: string) => onLog(`n${number}`, line);
      return openNode({ directory, ...own, readyBoundMs, onLog: log }, isNew);
    }),
  );
}

/** At the same time: a node alone is not ready. */
async function startAll(nodes: readonly ClusterNode[]): Promise<void> {
  const started = await Promise.allSettled(nodes.map((node) => node.start()));
  for (const each of started) if (each.status === "rejected") throw each.reason;
}

async function assertFree(ports: ClusterPorts): Promise<void> {
  const own = Array.from({ length: 1 + 3 * NODES.length }, (_, index) => ports.first + index);
  const options = { "--ingress": [ports.ingress], "--admin": [ports.admin], "--ports": own };
  for (const [option, wanted] of Object.entries(options)) {
    for (const port of wanted) {
      if (await isFree(port)) continue;
      throw new Error(
        `port ${port} on 127.0.0.1 is taken: stop what listens there, or give ${option} another`,
      );
    }
  }
}
