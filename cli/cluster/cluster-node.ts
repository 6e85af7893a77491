// Owns one node of a cluster on this machine: its folder, its name, and its process. What the
// nodes are to each other is cluster.ts's.
import { randomUUID } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ServerPorts } from "../../services/engine/ports.ts";
import { type RestateServer, startRestateServer } from "../../services/engine/restate-server.ts";
import { nodeSettings, type SnapshotStore } from "./node-settings.ts";

export interface ClusterNode {
  /** `n1`; after its disk was lost `n1-` and something new. */
  readonly name: string;
  readonly ports: ServerPorts;
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly fabricUrl: string;
  /** Undefined while it is not running. */
  readonly server: RestateServer | undefined;
  /** All that it keeps. */
  readonly directory: string;
  /** Resolves once it takes calls. Without its folder it comes back as a new node. */
  start(): Promise<void>;
}

export interface NodeOptions {
  readonly directory: string;
  /** From 1. */
  readonly number: number;
  readonly ports: ServerPorts;
  /** Of all nodes. */
  readonly fabricUrls: readonly string[];
  readonly snapshots: SnapshotStore;
  readonly env: Readonly<Record<string, string>>;
  readonly readyBoundMs: number;
  readonly onLog: (line: string) => void;
}

/** Reads its name, or makes one; starts nothing. */
export async function openNode(options: NodeOptions, isNew: boolean): Promise<ClusterNode> {
  const { number, ports } = options;
  const directory = join(options.directory, `n${number}`);
  const fabricUrl = urlOf(ports.fabric);
  const known = await nameIn(directory);
  let name = known ?? nameOf(number, isNew);
  // The first one, and only where there is no cluster yet: another would be one of its own.
  let founds = isNew && number === 1;
  let hadData = known !== undefined;
  let server: RestateServer | undefined;
  return {
    get name() {
      return name;
    },
    get server() {
      return server;
    },
    directory,
    ports,
    ingressUrl: urlOf(ports.ingress),
    adminUrl: urlOf(ports.admin),
    fabricUrl,
    async start() {
      const { fabricUrls, snapshots, env, readyBoundMs, onLog } = options;
      if (hadData && (await nameIn(directory)) === undefined) name = nameOf(number, false);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const settings = nodeSettings({ name, fabricUrl, fabricUrls, founds, snapshots });
      const started = await startRestateServer({
        baseDir: directory,
        ports,
        env: { ...settings, ...env },
        readyBoundMs,
        onLog,
      });
      server = started;
      founds = false;
      hadData = true;
      void started.exited.then(() => {
        if (server === started) server = undefined;
      });
    },
  };
}

/** Whether a node of this folder was ever started. */
export async function hasData(directory: string, number: number): Promise<boolean> {
  return (await nameIn(join(directory, `n${number}`))) !== undefined;
}

/** The server keeps its data in a folder of its name. */
async function nameIn(directory: string): Promise<string | undefined> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.find((entry) => entry.isDirectory() && /^n\d/.test(entry.name))?.name;
}

/** The others remember what a name has promised to keep; a disk that is new has kept nothing. */
function nameOf(number: number, isNew: boolean): string {
  return isNew ? `n${number}` : `n${number}-${randomUUID().slice(0, 8)}`;
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
