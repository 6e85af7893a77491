// Owns a cluster for tests as a user has it: three nodes, a worker that knows the addresses in front of
// them, the world that its tools act on, and a history of all that was asked and done.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEPLOYMENT_PATHS } from "../../../contract/deployment.ts";
import { type Cluster, startCluster } from "../../../cli/cluster/cluster.ts";
import { type AdminClient, createAdminClient } from "../../../services/engine/admin.ts";
import { freePorts } from "../../../services/engine/ports.ts";
import {
  checkHistory,
  connectTask,
  recordHistory,
  type TaskClient,
  type Violation,
} from "../../../testing/index.ts";
import { CLERK, createClerk } from "../../recovery/support/clerk.ts";
import { openWorld, type World } from "../../recovery/support/world.ts";
import { spawnProcess } from "../../support/worker-process.ts";
import { freeRange } from "./free-range.ts";
import { persist } from "./persist.ts";

export interface ClusterScene {
  readonly cluster: Cluster;
  readonly world: World;
  readonly admin: AdminClient;
  /** A task whose calls are part of the history. */
  task(id: string): TaskClient;
  /** The same, unheard. */
  watch(id: string): TaskClient;
  /** Starts all nodes again, on their data, after `cluster.kill()`. */
  restart(): Promise<void>;
  /** Whatever was accepted and did not happen once and by right; nothing. */
  violations(): Promise<readonly Violation[]>;
  stop(): Promise<void>;
}

/** Small, and quick to take snapshots and to forget what they hold. */
const SETTINGS = {
  RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: "128 MiB",
  RESTATE_WORKER__SNAPSHOTS__SNAPSHOT_INTERVAL_NUM_RECORDS: "300",
  RESTATE_WORKER__TRIM_DELAY_INTERVAL: "0s",
};

export async function openClusterScene(): Promise<ClusterScene> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-cluster-"));
  const [ingress = 0, admin = 0, workerPort = 0] = await freePorts(3);
  const ports = { ingress, admin, first: await freeRange(10) };
  const start = () => startCluster({ directory: join(directory, "cluster"), ports, env: SETTINGS });
  let cluster = await start();

  const connect = (agent: string, taskId: string) =>
    connectTask({ ingressUrl: cluster.ingressUrl, agent, taskId });
  const { agent } = createClerk(async () => undefined);
  const recorder = recordHistory({ agents: [agent], connect });
  const world = await openWorld(({ key, what, repeated }) => {
    const [tool = "", ...rest] = what.split(" ");
    recorder.arrived({ tool, key, input: { what: rest.join(" ") }, repeated });
  });
  const worker = await spawnProcess(
    new URL("../../recovery/support/worker.ts", import.meta.url),
    workerPort,
    {
      INGRESS_URL: cluster.ingressUrl,
      ADMIN_URL: cluster.adminUrl,
      WORLD_URL: world.url,
      ARTIFACTS: join(directory, "artifacts"),
    },
  );
  const client = createAdminClient(cluster.adminUrl);
  for (const path of DEPLOYMENT_PATHS) await client.registerDeployment(`${worker.url}${path}`);
  return {
    get cluster() {
      return cluster;
    },
    world,
    admin: client,
    task: (id) => recorder.task(CLERK, id),
    watch: (id) => connect(CLERK, id),
    async restart() {
      cluster = await start();
    },
    violations: async () => checkHistory(await persist(() => recorder.history())),
    async stop() {
      await cluster.kill();
      await worker.kill();
      await world.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
