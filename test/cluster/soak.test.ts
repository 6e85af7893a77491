// Owns minutes of faults by chance on a cluster at work: HOLDFAST_CLUSTER_MINUTES=30 npx vitest run
// test/cluster/soak.test.ts. The seed is printed; HOLDFAST_SEED plays the same faults again.
import { createHash, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import type { ClusterNode } from "../../cli/cluster/cluster-node.ts";
import { openClusterScene } from "./support/cluster-scene.ts";
import { startLoad } from "./support/load.ts";
import { persist } from "./support/persist.ts";

const MINUTES = Number(process.env["HOLDFAST_CLUSTER_MINUTES"] ?? 0);
const SEED = process.env["HOLDFAST_SEED"] ?? String(randomInt(1e9));
const HOW = "HOLDFAST_CLUSTER_MINUTES=30 npx vitest run test/cluster/soak.test.ts";
/** For the start, for what is checked in the end, and for a node that takes long, in milliseconds. */
const AROUND_MS = 900_000;

type Fault = "kill" | "freeze";

it.skipIf(MINUTES === 0)(
  `F36 faults by chance, one node at a time${MINUTES === 0 ? ` (skipped: ${HOW})` : `, seed ${SEED}`}`,
  { timeout: MINUTES * 60_000 + AROUND_MS },
  async () => {
    const scene = await openClusterScene();
    onTestFinished(() => scene.stop());
    const working = startLoad({
      clients: 6,
      name: "soak",
      plan: "look a | pay 1 | done *",
      task: scene.task,
      watch: scene.watch,
    });
    await working.answered(10);
    const until = Date.now() + MINUTES * 60_000;
    for (let n = 1; Date.now() < until; n += 1) {
      const node = scene.cluster.nodes[chance(n, "node", 3)] as ClusterNode;
      const fault: Fault = chance(n, "fault", 3) === 0 ? "freeze" : "kill";
      working.phase(`${n}: ${fault} ${node.name}`);
      await suffer(node, fault, 1_000 + chance(n, "length", 7_000));
      await working.answered(1);
    }
    const ids = await working.stop();
    const report = working.report();
    process.stdout.write(`\n${report.length - 1} faults, ${ids.length} tasks, seed ${SEED}\n`);
    process.stdout.write(`${report.join("\n")}\n`);
    for (const id of ids) {
      const { status } = await persist(() => scene.task(id).status());
      expect([id, status, scene.world.effects(id).length]).toEqual([id, "idle", 1]);
    }
    expect(await scene.violations()).toEqual([]);
  },
);

/** Until the node is back. */
async function suffer(node: ClusterNode, fault: Fault, forMs: number): Promise<void> {
  if (fault === "kill") {
    await node.server?.kill();
    await delay(forMs);
    await node.start();
    return;
  }
  const pid = node.server?.pid ?? 0;
  process.kill(pid, "SIGSTOP");
  await delay(forMs);
  process.kill(pid, "SIGCONT");
}

/** From 0 to below `count`, by the seed alone. */
function chance(n: number, what: string, count: number): number {
  return createHash("sha256").update(`${SEED} ${n} ${what}`).digest().readUInt32BE() % count;
}
