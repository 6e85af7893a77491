// Owns `holdfast cluster` as people type it: its options, its lines, and that a node which ends is
// started again, as an init system would.
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import type { AddCommand, Cli } from "../command.ts";
import type { ClusterNode } from "./cluster-node.ts";
import type { Cluster } from "./cluster.ts";
import type { SnapshotStore } from "./node-settings.ts";

interface ClusterCommandOptions {
  readonly dir: string;
  readonly ingress: number;
  readonly admin: number;
  readonly ports: number;
  readonly snapshots?: string;
  readonly s3Endpoint?: string;
  readonly s3Region: string;
  readonly s3Profile: string;
}

/** Long enough to see what the others do without it. */
const RESTART_MS = 5_000;
const APPEND = { flags: "a", mode: 0o600 } as const;

export const addCluster: AddCommand = (program, cli) => {
  program
    .command("cluster")
    .summary("a Restate cluster of three nodes on this machine, for trying it")
    .description(
      "Starts three nodes with a replicated log on 127.0.0.1, and one address in front of them. " +
        "Any one may be killed. Ctrl-C stops all; starting it again goes on with the same data.",
    )
    .option("--dir <directory>", "where all data is", ".holdfast/cluster")
    .option("--ingress <port>", "the ingress, whichever nodes are there", portOf, 8080)
    .option("--admin <port>", "the admin API, whichever nodes are there", portOf, 9070)
    .option("--ports <port>", "the first of ten ports for nodes and snapshots", firstOf, 18_100)
    .option(
      "--snapshots <url>",
      "s3://bucket/prefix (default: a folder in --dir, served as S3)",
      bucketOf,
    )
    .option("--s3-endpoint <url>", "an S3 that is not AWS's")
    .option("--s3-region <region>", "the region of the bucket", "us-east-1")
    .option("--s3-profile <name>", "the profile of ~/.aws with the credentials", "default")
    .action((options: ClusterCommandOptions) => runCluster(cli, options));
};

/** Resolves when Ctrl-C has stopped it. */
async function runCluster({ terminal, signal }: Cli, options: ClusterCommandOptions) {
  const { dir: directory, ingress, admin, ports: first } = options;
  const say = (line: string) => terminal.err(`${line}\n`);
  say(`Starting three nodes; all data and logs are in ${directory}.`);
  const snapshots = snapshotsOf(options);
  const logs = await openLogs(directory);
  // Loaded here: its server of snapshots is nothing that other commands have to wait for.
  const { startCluster } = await import("./cluster.ts");
  const cluster = await startCluster({
    directory,
    ports: { ingress, admin, first },
    ...(snapshots === undefined ? {} : { snapshots }),
    onLog: logs.write,
  });
  try {
    terminal.out(`ingress ${cluster.ingressUrl}\nadmin   ${cluster.adminUrl}\n`);
    for (const node of cluster.nodes) say(nodeLine(node));
    say("Kill one of them, with kill -9 and its pid: the rest goes on. Ctrl-C stops all.");
    await Promise.all(cluster.nodes.map((node) => keepRunning(node, signal, say)));
    say("Stopping.");
  } finally {
    await cluster.stop();
    logs.close();
  }
}

/** A file for each node, beside its folder. */
async function openLogs(directory: string) {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = new Map<string, WriteStream>();
  return {
    write: (node: string, line: string): void => {
      const file = files.get(node) ?? createWriteStream(join(directory, `${node}.log`), APPEND);
      files.set(node, file);
      file.write(`${line}\n`);
    },
    close: (): void => {
      for (const file of files.values()) file.end();
    },
  };
}

function nodeLine({ name, server, ingressUrl, adminUrl, fabricUrl }: ClusterNode): string {
  return `${name}  pid ${server?.pid}  ingress ${ingressUrl}  admin ${adminUrl}  fabric ${fabricUrl}`;
}

/** Until it is told to end. */
async function keepRunning(
  node: Cluster["nodes"][number],
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const told = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  for (;;) {
    await Promise.race([node.server?.exited, told]);
    if (signal.aborted) return;
    say(`${node.name} has ended; it is started again in ${RESTART_MS / 1_000} s.`);
    await delay(RESTART_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await node.start();
      say(nodeLine(node));
    } catch (error) {
      say(`${node.name} did not start: ${error instanceof Error ? error.message : "failed"}`);
    }
  }
}

function snapshotsOf(options: ClusterCommandOptions): SnapshotStore | undefined {
  const { snapshots, s3Endpoint: endpoint, s3Region: region, s3Profile: profile } = options;
  if (snapshots === undefined) return undefined;
  return {
    destination: snapshots,
    region,
    credentials: { profile, home: homedir() },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

function portOf(text: string): number {
  return portUpTo(65_535, text);
}

/** Nine more follow it. */
function firstOf(text: string): number {
  return portUpTo(65_526, text);
}

function portUpTo(last: number, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port <= last) return port;
  throw new InvalidArgumentError(`give a port from 1 to ${last}`);
}

function bucketOf(text: string): string {
  if (/^s3:\/\/[^/]/.test(text)) return text;
  throw new InvalidArgumentError("give a bucket as s3://bucket/prefix");
}
