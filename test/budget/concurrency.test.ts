// Owns the tests of `concurrency`: how many tasks of an owner or a tenant work at once, who goes
// on when one stops, and that no place is lost with a worker.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { defineBudgets } from "../../index.ts";
import { createAdminClient } from "../../services/engine/admin.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { createGate } from "../agent/support/gate.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, taskAt } from "../agent/support/task.ts";
import { budgetAt } from "./support/budget-at.ts";

const WORKER = new URL("./support/agent-worker.ts", import.meta.url);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const ONE_OF_ANN = defineBudgets({
  levels: { task: {}, owner: { limit: { concurrency: 1 } }, tenant: {} },
});

describe("R49 concurrency of an owner", () => {
  it("lets one work at a time: another waits, and goes on when it is cancelled, fails or ends", async () => {
    const gates = [createGate(), createGate(), createGate()];
    const [first, second, third] = gates;
    let asked = 0;
    const model = scriptedModel(async (_, signal) => {
      asked += 1;
      await gates[asked - 1]?.pass(signal);
      if (asked === 2) return { kind: "terminal", code: "invalid_request" };
      return says("done");
    });
    const desk = await scene.open({ name: "queue", model, app: { budgets: ONE_OF_ANN } });
    const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => desk.task(id));
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      throw new Error("there are four");
    await a.start("go", "ann");
    await first?.reached();
    await b.start("go", "ann");
    const { budget, reason } = await b.until("waiting-budget");
    const limit = { dimension: "concurrency", level: "owner", limit: 1, used: 0, needed: 1 };
    expect(budget).toMatchObject({ ...limit, reserved: 1 });
    expect(reason).toContain("owner/default/ann has no room: 1 concurrency needed");
    // Nobody else's tasks wait.
    await d.start("go", "bob");
    await second?.reached();
    await a.post("cancel", { reason: "not wanted" });
    await a.until("cancelled");
    await third?.reached();
    await c.start("go", "ann");
    await c.until("waiting-budget");
    second?.open();
    third?.open();
    for (const task of [b, c, d]) await task.until("idle", "failed");
    expect((await d.status()).status).toBe("idle");
    expect(asked).toBe(4);
    const owner = budgetAt(scene.engine, "owner/default/ann");
    const rest = await owner.shows({ leased: {}, reserved: {}, waiting: 0 });
    expect(rest.highWater.concurrency).toBe(1);
    expect(rest.used.concurrency).toBeUndefined();
  });

  it("is given up by a task that waits for a person, and needed again for what was allowed", async () => {
    const gate = createGate();
    const { tool, given } = countedTool({ name: "sign", effect: "financial" });
    const model = scriptedModel(async ({ messages }, signal) => {
      const told = JSON.stringify(messages);
      if (told.includes("wait for it")) {
        await gate.pass(signal);
        return says("done");
      }
      return messages.some(({ role }) => role === "tool")
        ? says("signed")
        : asksFor(["sign", { what: "it" }]);
    });
    const desk = await scene.open({
      name: "signer",
      model,
      tools: [tool],
      app: { budgets: ONE_OF_ANN },
    });
    const [a, b] = [desk.task("a"), desk.task("b")];
    await a.start("sign it", "ann");
    const waiting = await a.until("waiting-approval");
    await b.start("wait for it", "ann");
    await gate.reached();
    await a.decide(waiting.operations[0], "approve");
    expect((await a.until("waiting-budget")).budget).toMatchObject({ dimension: "concurrency" });
    expect(given).toEqual([]);
    gate.open();
    await b.until("idle");
    await a.until("idle");
    expect(given).toEqual(["it"]);
    const owner = budgetAt(scene.engine, "owner/default/ann");
    await owner.shows({ leased: {}, reserved: {}, waiting: 0 });
  });
});

describe("R49 concurrency of a tenant", () => {
  it("holds while its worker is killed in the middle, and no place is lost", async () => {
    const { engine } = scene;
    const levels = { task: {}, tenant: { limit: { concurrency: 2 } } };
    const env = {
      INGRESS_URL: engine.ingressUrl,
      ADMIN_URL: engine.adminUrl,
      ARTIFACTS: join(engine.directory, "crowd"),
      BUDGETS: JSON.stringify({ levels, idleMs: 500 }),
      STEPS: "2",
      CALL_MS: "150",
    };
    const spawn = (port?: number) =>
      engine.spawnWorker(WORKER, env, { register: false, ...(port === undefined ? {} : { port }) });
    const worker = await spawn();
    for (const path of ["agents", "tools", "control"])
      await createAdminClient(engine.adminUrl).registerDeployment(`${worker.url}/${path}`);
    const tasks = Array.from({ length: 4 }, (_, index) => taskAt(engine, "crowd", `c${index}`));
    await Promise.all(tasks.map((task) => task.post("start", { message: "go", tenant: "small" })));
    await vi.waitFor(() => expect(worker.messages.length).toBeGreaterThan(2), PATIENCE);
    await worker.kill();
    const after = await spawn(worker.port);
    const tenant = budgetAt(engine, "tenant/small");
    expect((await tenant.show()).highWater.concurrency).toBe(2);
    for (const task of tasks) await task.until("idle");
    await tenant.shows({ leased: {}, reserved: {}, waiting: 0 });
    expect((await tenant.show()).highWater.concurrency).toBe(2);
    const logs = await Promise.all(tasks.map((task) => task.log()));
    const denied = logs.flatMap((log) => dataOf(log, "budget.denied"));
    expect(denied.length).toBeGreaterThan(0);
    for (const each of denied) expect(each).toMatchObject({ dimension: "concurrency", limit: 2 });
    await after.kill();
  });
});
