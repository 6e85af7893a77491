// Owns what users keep when nodes of a cluster die, freeze, are all gone, or lose their disks, while
// others work. Minutes long, so behind a flag: HOLDFAST_CLUSTER=1 npx vitest run test/cluster/cluster.test.ts
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterNode } from "../../cli/cluster/cluster-node.ts";
import { type ClusterScene, openClusterScene } from "./support/cluster-scene.ts";
import { type Load, startLoad } from "./support/load.ts";
import { persist } from "./support/persist.ts";
import { proposeTask } from "./support/proposed-task.ts";
import { forgetNode, leaderOf, partitionsBehind } from "./support/restatectl.ts";

const CLUSTER = process.env["HOLDFAST_CLUSTER"] === "1";
const HOW = "HOLDFAST_CLUSTER=1 npx vitest run test/cluster/cluster.test.ts";
const REFUNDED = { answer: "done refund 7: ok", effects: ["refund 7"] };
/** In milliseconds. */
const LONG = 300_000;

describe.skipIf(!CLUSTER)(`three nodes${CLUSTER ? "" : ` (skipped: ${HOW})`}`, () => {
  let scene: ClusterScene;
  beforeAll(async () => {
    scene = await openClusterScene();
  }, LONG);
  afterAll(async () => {
    await scene.stop();
  }, LONG);

  const load = (name: string): Load =>
    startLoad({
      clients: 6,
      name,
      plan: "look a | pay 1 | done *",
      task: scene.task,
      watch: scene.watch,
    });
  /** The tasks of a load that were not answered rightly, or have not paid once. */
  const wrongOf = async (what: string, working: Load): Promise<readonly unknown[]> => {
    const ids = await working.stop();
    process.stdout.write(`\n${what}: ${ids.length} tasks\n${working.report().join("\n")}\n`);
    const ends = await Promise.all(
      ids.map(async (id) => {
        const { status, lastTurn } = await persist(() => scene.task(id).status());
        const paid = scene.world.effects(id).map((effect) => effect.what);
        return { id, end: { status, answer: lastTurn?.answer, paid } };
      }),
    );
    const right = { status: "idle", answer: "done look a: ok; pay 1: ok", paid: ["pay 1"] };
    return ends.filter(({ end }) => !isDeepStrictEqual(end, right));
  };

  it("F36 any one is killed under load, and taken back", { timeout: LONG }, async () => {
    const working = load("killed");
    await working.answered(30);
    for (const node of scene.cluster.nodes) {
      working.phase(`without ${node.name}`);
      await node.server?.kill();
      await working.answered(30);
      working.phase(`${node.name} is back`);
      await node.start();
      await working.answered(30);
    }
    expect(await wrongOf("kill -9 of each node", working)).toEqual([]);
  });

  it("F36 one freezes under load, and wakes up", { timeout: LONG }, async () => {
    const working = load("frozen");
    await working.answered(20);
    const [, node] = scene.cluster.nodes;
    working.phase(`${node?.name} is frozen`);
    signal(node, "SIGSTOP");
    await working.answered(40);
    working.phase(`${node?.name} is awake`);
    signal(node, "SIGCONT");
    await working.answered(20);
    expect(await wrongOf("SIGSTOP of a node", working)).toEqual([]);
  });

  it("F36 an approval's leader is killed in the middle of it", { timeout: LONG }, async () => {
    for (const when of ["before", "while", "after"] as const) {
      const task = await proposeTask(scene, `approved-${when}-the-kill`);
      const key = await task.partitionKey();
      const leader = await persist(() => leaderOf(scene.cluster, key));
      if (when === "before") await task.approve();
      const approving = when === "while" ? task.approve() : undefined;
      await leader.server?.kill();
      await (approving ?? task.approve());
      expect(await task.finished()).toEqual(REFUNDED);
      await leader.start();
    }
  });

  it("F36 all three are killed, and started again", { timeout: LONG }, async () => {
    const parked = await proposeTask(scene, "parked");
    const working = load("all-killed");
    await working.answered(20);
    working.phase("none, then all");
    await scene.cluster.kill();
    await scene.restart();
    await working.answered(20);
    working.phase("all are back");
    await working.answered(20);
    await parked.approve();
    expect(await parked.finished()).toEqual(REFUNDED);
    expect(await wrongOf("kill -9 of all three", working)).toEqual([]);
  });

  it("F36 a disk is lost, and then another node", { timeout: 2 * LONG }, async () => {
    const { cluster } = scene;
    const [first, , third] = cluster.nodes;
    if (first === undefined || third === undefined) throw new Error("there are three nodes");
    const kept = await proposeTask(scene, "kept");
    const working = load("disk-lost");
    await working.answered(60);
    const lost = third.name;
    working.phase(`without ${lost}`);
    await third.server?.kill();
    await rm(third.directory, { recursive: true });
    await working.answered(30);

    working.phase("on a new disk");
    await third.start();
    expect(third.name).not.toBe(lost);
    expect(await forgetNode(cluster, lost)).toContain(`${lost} (N`);
    expect(await forgetNode(cluster, lost)).toBe(`the cluster has no node ${lost}\n`);
    // What it needs of the log is not there any more: that was trimmed, and is in snapshots.
    expect((await readdir(join(third.directory, "../snapshots/objects"))).join("\n")).toMatch(
      /latest\.json/,
    );
    await persist(async () => expect(await partitionsBehind(cluster, third)).toEqual([]));
    await working.answered(30);

    // Two hold everything: with one more gone, all of it is on the new disk too.
    working.phase(`without ${first.name}`);
    await first.server?.kill();
    await working.answered(30);
    await kept.approve();
    expect(await kept.finished()).toEqual(REFUNDED);
    working.phase(`${first.name} is back`);
    await first.start();
    await working.answered(30);
    expect(await wrongOf("a lost disk", working)).toEqual([]);
  });

  it(
    "F36 and in the end all that was accepted has happened once, and is there",
    { timeout: LONG },
    async () => {
      expect(await scene.violations()).toEqual([]);
    },
  );
});

function signal(node: ClusterNode | undefined, name: "SIGSTOP" | "SIGCONT"): void {
  const pid = node?.server?.pid;
  if (pid === undefined) throw new Error("the node is not running");
  process.kill(pid, name);
}
