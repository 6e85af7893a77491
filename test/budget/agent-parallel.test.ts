// Owns the test of many tasks under one tenant's budget, with the worker killed in the middle.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createAdminClient } from "../../services/engine/admin.ts";
import { dataOf, PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { budgetAt } from "./support/budget-at.ts";

const WORKER = new URL("./support/agent-worker.ts", import.meta.url);
const LONG = { ...PATIENCE, timeout: 120_000 };
const TASKS = 20;
const STEPS = 3;
/** What a call uses, and what it may use at most. */
const USED = 10;
const RESERVED = 100;
const LIMIT = 300;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

async function spawn(options: { port?: number; register?: boolean } = {}) {
  const env = {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    ARTIFACTS: join(engine.directory, "artifacts"),
    BUDGETS: JSON.stringify({
      levels: { task: {}, tenant: { limit: { money: LIMIT } }, day: {} },
      // Desks report by their timers alone.
      idleMs: 500,
    }),
    STEPS: String(STEPS),
    CALL_MS: "60",
  };
  return engine.spawnWorker(WORKER, env, { register: false, ...options });
}

async function statusesOf(tasks: readonly Task[]): Promise<readonly string[]> {
  return (await Promise.all(tasks.map((task) => task.status()))).map(({ status }) => status);
}

async function usedInLogs(tasks: readonly Task[]): Promise<number> {
  const logs = await Promise.all(tasks.map((task) => task.log()));
  const settled = logs.flatMap((log) => dataOf(log, "budget.settled"));
  return settled.reduce((sum, { used }) => sum + (used.money ?? 0), 0);
}

describe("R98 R49 F25 many tasks of one tenant", () => {
  it("never take more than its limit, also when their worker is killed, and end when it is extended", async () => {
    const worker = await spawn();
    for (const path of ["agents", "tools", "waiters/v1", "control"])
      await createAdminClient(engine.adminUrl).registerDeployment(`${worker.url}/${path}`);
    const tenant = budgetAt(engine, "tenant/acme");
    const tasks = Array.from({ length: TASKS }, (_, index) => taskAt(engine, "crowd", `t${index}`));
    const body = { message: "go", tenant: "acme" };
    await Promise.all(
      tasks.map(async (task) => expect((await task.post("start", body)).status).toBe(200)),
    );
    await vi.waitFor(() => expect(worker.messages.length).toBeGreaterThan(3), PATIENCE);
    await worker.kill();
    await spawn({ port: worker.port });

    // Until there is no room for another call, and none is running.
    await vi.waitFor(async () => {
      const { used, reserved } = await tenant.show();
      expect(reserved).toEqual({});
      expect(used.money).toBeGreaterThan(LIMIT - RESERVED);
      for (const status of await statusesOf(tasks))
        expect(["idle", "waiting-budget"]).toContain(status);
    }, LONG);
    const full = await tenant.show();
    expect(full.highWater.money).toBeLessThanOrEqual(LIMIT);
    expect(await usedInLogs(tasks)).toBeLessThanOrEqual(LIMIT);
    const waiting = (await Promise.all(tasks.map((task) => task.status()))).find(
      ({ status }) => status === "waiting-budget",
    );
    expect(waiting?.budget).toMatchObject({
      budget: "tenant/acme",
      level: "tenant",
      dimension: "money",
      limit: LIMIT,
    });

    await tenant.limit({ extend: { money: 1_000 } });
    await vi.waitFor(
      async () => expect(new Set(await statusesOf(tasks))).toEqual(new Set(["idle"])),
      LONG,
    );
    for (const task of tasks) expect((await task.status()).step).toBe(STEPS);
    await tenant.shows({ reserved: {}, leased: {}, waiting: 0 });
    const { used, highWater } = await tenant.show();
    // A call that the kill has cut short was made again under the same reservation.
    expect(used.money).toBe(TASKS * STEPS * USED);
    expect(await usedInLogs(tasks)).toBe(used.money);
    expect(highWater.money).toBeLessThanOrEqual(LIMIT + 1_000);
  }, 240_000);
});
