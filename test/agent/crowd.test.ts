// Owns the test of a crowd of children of one parent on a real server: so many are at work at once, of
// its own and of its tenant; the parent stands open to everybody meanwhile, keeps what has come, and
// stays small. 1,000 of them with HOLDFAST_SOAK=1, which prints what it took.
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { planOf } from "./support/plan.ts";
import { dataOf, taskAt } from "./support/task.ts";

const SOAK = process.env["HOLDFAST_SOAK"] === "1";
const COUNT = SOAK ? 1_000 : 48;
const IN_ONE = SOAK ? 64 : 24;
/** Tasks of one tenant that work at once. */
const SHARE = SOAK ? 16 : 8;
const HEAD_BYTES = 64 * 1024;
const LIMIT_MS = SOAK ? 600_000 : 150_000;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  const env = {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    ARTIFACTS: join(engine.directory, "artifacts"),
    BUDGETS: JSON.stringify({ levels: { task: {}, tenant: { limit: { concurrency: SHARE } } } }),
  };
  const file = new URL("./support/delegating-worker.ts", import.meta.url);
  await engine.spawnWorker(file, env, { register: false });
});
afterAll(() => engine.stop());

it(
  `F30 R24 R49 ${COUNT} children of one parent`,
  async () => {
    const began = performance.now();
    const task = taskAt(engine, "helper", "crowd");
    const crowd = { agent: "leaf", count: COUNT, inOne: IN_ONE };
    const message = planOf([], { crowd, ends: "all" });
    expect((await task.post("start", { message, tenant: "crowded" })).status).toBe(200);
    await vi.waitFor(
      async () => expect(dataOf(await task.log(), "child.started").length).toBeGreaterThan(9),
      { timeout: LIMIT_MS, interval: 250 },
    );
    // Others are served, and whoever speaks to the parent is heard.
    const other = taskAt(engine, "leaf", "of-another-tenant");
    const asked = { message: planOf([], { ends: "here" }), tenant: "quiet" };
    expect((await other.post("ask", asked)).body).toMatchObject({ turn: { answer: "here" } });
    const said = { reason: "a test", by: "ann", owner: "bob" };
    expect((await task.post("transfer", said)).body).toMatchObject({ result: "applied" });
    const most = { atWork: 0, open: 0, bytes: 0 };
    const marks: number[] = [];
    await vi.waitFor(
      async () => {
        const { status, children = [], step } = await task.status();
        most.open = Math.max(most.open, children.length);
        most.bytes = Math.max(most.bytes, await headBytes());
        most.atWork = Math.max(most.atWork, await working());
        marks[step] ??= Math.round(performance.now() - began);
        expect(status, `at step ${step}`).toBe("idle");
      },
      { timeout: LIMIT_MS, interval: 250 },
    );
    expect(most.open).toBeLessThanOrEqual(16);
    expect(most.atWork).toBeLessThanOrEqual(SHARE);
    expect(most.bytes).toBeLessThan(HEAD_BYTES);
    const log = await task.log();
    const ends = dataOf(log, "tool.returned");
    const failed = ends.filter((each) => "code" in each && each.code === "child_failed");
    expect(failed).toHaveLength(COUNT / 10 - ((COUNT / 10) % 1));
    expect(ends.filter(({ outcome }) => outcome === "ok")).toHaveLength(COUNT - failed.length);
    const started = dataOf(log, "child.started").map(({ taskId }) => taskId);
    expect(new Set(started).size).toBe(COUNT);
    expect(started).toHaveLength(COUNT);
    // What the parent does for one child does not grow with their number.
    expect(log.length).toBeLessThan(8 * COUNT);
    if (SOAK) console.info({ ms: Math.round(performance.now() - began), ...most, marks });
  },
  LIMIT_MS + 30_000,
);

async function headBytes(): Promise<number> {
  const [row] = await engine.admin.query(
    "SELECT length(value_utf8) AS bytes FROM state WHERE service_name = 'helper' AND service_key = 'crowd' AND key = 'head'",
  );
  return Number(row?.["bytes"] ?? 0);
}

/** Tasks of the crowd's tenant that have one of its places now. */
async function working(): Promise<number> {
  const key = encodeURIComponent("tenant/crowded");
  const { body } = await engine.call(`holdfast.budget/${key}/show`);
  const { leased, reserved } = body as Record<"leased" | "reserved", { concurrency?: number }>;
  return (leased.concurrency ?? 0) + (reserved.concurrency ?? 0);
}
