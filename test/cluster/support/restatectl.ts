// Owns what the tests ask `restatectl` about a cluster: who leads a partition, which nodes it knows.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Cluster } from "../../../cli/cluster/cluster.ts";
import type { ClusterNode } from "../../../cli/cluster/cluster-node.ts";

const ROOT = join(import.meta.dirname, "../../..");
const run = promisify(execFile);
const PATH = `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;

/** Rows of its own tables (`restatectl sql "show tables"`), as the nodes that are there know it. */
async function askCluster(
  { nodes }: Cluster,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const there = nodes.filter(({ server }) => server !== undefined);
  const addresses = there.map(({ fabricUrl }) => fabricUrl).join(",");
  const { stdout } = await run("restatectl", ["-s", addresses, "sql", "--jsonl", sql], {
    env: { PATH },
  });
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const KEYS = 2n ** 64n;

/** The node that leads the partition of this key (`partition_key` of the admin API's tables). */
export async function leaderOf(cluster: Cluster, partitionKey: bigint): Promise<ClusterNode> {
  const rows = await askCluster(
    cluster,
    `SELECT p.partition_id AS partition, p.effective_mode AS mode, n.name AS name
     FROM partition_state p JOIN nodes n ON p.plain_node_id = n.plain_node_id`,
  );
  // They share the keys equally, in the order of their numbers.
  const count = BigInt(new Set(rows.map(({ partition }) => partition)).size);
  const partition = Number((partitionKey * count) / KEYS);
  const leader = rows.find((row) => row["partition"] === partition && row["mode"] === "Leader");
  const node = cluster.nodes.find(({ name }) => name === leader?.["name"]);
  if (node === undefined) throw new Error(`partition ${partition} has no leader now`);
  return node;
}

/** The partitions that a node was given and has not caught up with. Rejects while it has none. */
export async function partitionsBehind(
  cluster: Cluster,
  { name }: ClusterNode,
): Promise<readonly unknown[]> {
  const rows = await askCluster(
    cluster,
    `SELECT p.partition_id AS partition, p.replay_status AS status
     FROM partition_state p JOIN nodes n ON p.plain_node_id = n.plain_node_id
     WHERE n.name = '${name}'`,
  );
  if (rows.length === 0) throw new Error(`${name} has no partition yet`);
  return rows.filter(({ status }) => status !== "active");
}

/** `deploy/forget-node.sh`. */
export async function forgetNode({ nodes }: Cluster, name: string): Promise<string> {
  const [there] = nodes.filter(({ server }) => server !== undefined);
  const script = join(ROOT, "deploy/forget-node.sh");
  const { stdout } = await run(script, [name, there?.fabricUrl ?? ""], { env: { PATH } });
  return stdout;
}
