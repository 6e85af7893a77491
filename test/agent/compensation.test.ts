// Owns what a cancellation undoes on a server: applied effects, the last first and each once,
// after all that was in flight is settled; and what the record says of each.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { CompensateRequest } from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { serveScripted } from "./support/scripted-service.ts";
import { asksFor } from "./support/scripted-model.ts";
import { dataOf, PATIENCE, restsWith, taskAt } from "./support/task.ts";
import { startTrip } from "./support/trip.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("a cancellation", () => {
  it("R46 R29 undoes what was done, the last thing first, with what each call was given and brought", async () => {
    const { task, undone, requests } = await startTrip(scene, ["flight", "hotel", "car"]);
    expect((await task.until("idle")).effects).toBe(3);
    expect(await task.post("cancel", { reason: "not wanted", by: "ann" })).toMatchObject({
      status: 200,
    });
    const view = await task.until("cancelled");
    expect(view.effects).toBeUndefined();
    expect(undone()).toEqual(["car", "hotel", "flight"]);
    const request = requests.at(-1) as CompensateRequest;
    expect(request).toMatchObject({
      operationId: `${view.taskUid}/1/0/1`,
      result: { text: "did flight" },
      mediaType: "text/plain",
    });
    const log = await task.log();
    const ids = [3, 2, 1].map((step) => `${view.taskUid}/${step}/0/1`);
    const each = ids.map((operationId) => ({ operationId, outcome: "undone" }));
    expect(dataOf(log, "effect.compensated")).toMatchObject(each);
    expect(dataOf(log, "task.cancelled")).toMatchObject([
      { unknown: [], compensation: { undone: 3, committed: 0, unknown: 0, effects: each } },
    ]);
    const keys = await scene.engine.admin.query(
      `SELECT idempotency_key FROM sys_invocation WHERE target_handler_name = 'compensate'`,
    );
    expect(keys.map((row) => row["idempotency_key"])).toContain(sha256(`${ids[0]}/compensate`));
  });

  it("R46 leaves what was done as it is when it is asked to", async () => {
    const { task, undone } = await startTrip(scene, ["flight"]);
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted", compensate: false });
    await task.until("cancelled");
    expect(undone()).toEqual([]);
    expect(dataOf(await task.log(), "task.cancelled")).toMatchObject([{ unknown: [] }]);
  });

  it("R46 reports what is committed, and what is unknown because its undoing was lost", async () => {
    const gate = createGate();
    const { task, service, undone } = await startTrip(scene, ["flight", "hotel", "car"], {
      script: {
        compensate: async (_, n) => {
          if (n === 1) return { outcome: "committed", reason: "the car was taken" };
          if (n === 2) await gate.pass();
          return { outcome: "undone" };
        },
      },
    });
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted" });
    await gate.reached();
    expect((await task.status()).status).toBe("cancelling");
    const [call] = await scene.engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = '${service}' AND status = 'running'`,
    );
    await scene.engine.admin.killInvocation(String(call?.["id"]));
    await task.until("cancelled");
    gate.open();
    expect(undone()).toEqual(["car", "hotel", "flight"]);
    const [{ compensation } = { compensation: undefined }] = dataOf(
      await task.log(),
      "task.cancelled",
    );
    expect(compensation).toMatchObject({ undone: 1, committed: 1, unknown: 1 });
    expect(compensation?.effects.map(({ outcome }) => outcome)).toEqual([
      "committed",
      "unknown",
      "undone",
    ]);
  });

  it("F17 R13 asks about what was in flight first, and undoes it when it was applied", async () => {
    const gate = createGate();
    const { task, runs } = await startTrip(scene, ["flight"], {
      script: {
        execute: () => gate.pass().then(() => ({ outcome: "ok" as const, text: "booked" })),
        reconcile: () => ({ outcome: "ok", text: "booked all the same" }),
      },
    });
    await gate.reached();
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    gate.open();
    expect(runs).toEqual(["execute flight", "reconcile flight", "compensate flight"]);
    expect(dataOf(await task.log(), "task.cancelled")).toMatchObject([
      { unknown: [], compensation: { undone: 1 } },
    ]);
  });

  it("R46 that takes long to undo rests meanwhile, and is woken", async () => {
    const gate = createGate();
    const { task, undone } = await startTrip(scene, ["flight", "hotel"], {
      script: { compensate: () => gate.pass().then(() => ({ outcome: "undone" as const })) },
      limits: { toolWaitMs: 200 },
    });
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted" });
    await vi.waitFor(async () => {
      expect((await task.status()).reason).toMatch(/^undoing an effect of book/);
    }, PATIENCE);
    await restsWith(scene.engine, task, ["wake scheduled"]);
    expect((await task.status()).status).toBe("cancelling");
    gate.open();
    await task.until("cancelled");
    expect(undone()).toEqual(["hotel", "flight"]);
  });

  it("R46 that cannot be undone yet waits for it; a second one, without undoing, ends it", async () => {
    const { task, undone } = await startTrip(scene, ["flight", "hotel"], {
      script: {
        compensate: (_, n) =>
          n === 2
            ? { outcome: "undone" }
            : { outcome: "blocked", code: "credential", reason: "no token" },
      },
    });
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted" });
    await task.logged("compensation.blocked");
    await restsWith(scene.engine, task, ["wake scheduled"]);
    expect(await task.status()).toMatchObject({ status: "cancelling", reason: "no token" });
    expect(await task.post("retry", { reason: "try again", by: "ann" })).toMatchObject({
      status: 200,
    });
    await task.logged("effect.compensated");
    // The next one is blocked too.
    await task.logged("compensation.blocked", 2);
    expect((await task.post("cancel", { reason: "not wanted" })).body).toMatchObject({
      result: "already-cancelled",
    });
    expect(
      (await task.post("cancel", { reason: "not wanted", compensate: false })).body,
    ).toMatchObject({
      result: "accepted",
    });
    await task.until("cancelled");
    expect(undone()).toEqual(["hotel", "hotel", "flight"]);
  });

  it("R46 F1 survives the death of its worker while it undoes, and undoes each thing once", async () => {
    const spec = { name: "reserve", effect: "reversible" as const };
    const gates = [createGate(), createGate()];
    const served = await serveScripted(scene, spec, {
      compensate: async (_, n) => {
        await gates[n - 1]?.pass();
        return { outcome: "undone" };
      },
    });
    const env = {
      INGRESS_URL: scene.engine.ingressUrl,
      ADMIN_URL: scene.engine.adminUrl,
      ARTIFACTS: `${scene.engine.directory}/planned`,
      AGENT: "mortal",
      TOOLS: JSON.stringify([spec]),
      PLAN: JSON.stringify([["reserve a", "reserve b"], ["reserve c"]]),
    };
    const file = new URL("./support/planned-worker.ts", import.meta.url);
    const spawn = (port = {}) => scene.engine.spawnWorker(file, env, { register: false, ...port });
    let worker = await spawn();
    await scene.engine.admin.registerDeployment(`${worker.url}/agents`);
    const task = taskAt(scene.engine, "mortal", "t");
    await task.start("please");
    await task.until("idle");
    await task.post("cancel", { reason: "not wanted" });
    for (const gate of gates) {
      await gate.reached();
      await worker.kill();
      gate.open();
      worker = await spawn({ port: worker.port });
    }
    await task.until("cancelled");
    const [report] = dataOf(await task.log(), "task.cancelled");
    expect(report?.compensation).toMatchObject({ undone: 3, committed: 0, unknown: 0 });
    const undone = served.runs.filter((run) => run.startsWith("compensate"));
    const applied = dataOf(await task.log(), "tool.returned").map(({ operationId }) => operationId);
    expect(report?.compensation?.effects.map(({ operationId }) => operationId)).toEqual(
      applied.toReversed(),
    );
    expect(undone.toSorted((a, b) => a.localeCompare(b))).toEqual([
      "compensate a",
      "compensate b",
      "compensate c",
    ]);
  });
});

describe("F17 what is not known at the end", () => {
  it("R29 stays unknown in the record, and is not undone by a guess", async () => {
    const { task, undone } = await startTrip(scene, [], {
      script: { execute: () => ({ outcome: "unknown", reason: "lost" }) },
      tool: { reconcile: false },
      afterwards: [(request) => asksFor([request.tools[0]?.name ?? "", { what: "boat" }])],
    });
    const { operations } = await task.until("waiting-reconcile");
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    expect(undone()).toEqual([]);
    expect(dataOf(await task.log(), "task.cancelled")).toMatchObject([
      { unknown: [operations[0]?.operationId] },
    ]);
  });
});
