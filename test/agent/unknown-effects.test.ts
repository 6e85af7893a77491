// Owns what happens on a server when nobody knows whether an effect happened: the tool is asked,
// and nothing is done again before it is known that it may be. What people say of it is in
// statements.test.ts.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AuthorityView } from "../../contract/effect-api.ts";
import { sha256 } from "../../core/digest.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf, PATIENCE } from "./support/task.ts";
import { endsWell, lostOnce, resultIn, startWiring, unknown } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("the tool is asked", () => {
  it("R13 R95 F1 and what it found is the call's result; the effect is not made again", async () => {
    const { task, runs, requests, model, service } = await startWiring(scene, {
      execute: lostOnce,
      reconcile: () => ({ outcome: "ok", text: "it was wired" }),
    });
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x"]);
    expect(resultIn(model)).toMatchObject({ text: "it was wired" });
    const log = await task.log();
    const { taskUid } = await task.status();
    expect(dataOf(log, "effect.reconciled")).toMatchObject([
      { operationId: `${taskUid}/1/0/1`, n: 1, outcome: "applied" },
    ]);
    expect(dataOf(log, "tool.returned")).toMatchObject([
      { outcome: "unknown", reason: "the worker was lost" },
      { outcome: "ok", via: "reconcile", attempt: 1 },
    ]);
    // The other side is asked by the key that the effect had.
    expect(requests.map(({ operationId }) => operationId)).toEqual([
      `${taskUid}/1/0/1`,
      `${taskUid}/1/0/1`,
    ]);
    const [row] = await scene.engine.admin.query(
      `SELECT idempotency_key FROM sys_invocation WHERE target_handler_name = 'reconcile'
       AND target_service_name = '${service}'`,
    );
    expect(row?.["idempotency_key"]).toBe(sha256(`${taskUid}/1/0/1/reconcile/1`));
  });

  it("R14 R95 and when it did not happen it is made as a new attempt, with a reason", async () => {
    const { task, runs } = await startWiring(scene, { execute: lostOnce });
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x", "execute x"]);
    const repeated = (await task.log()).find(({ type }) => type === "call.repeated");
    expect(repeated).toMatchObject({
      reason: "the tool's reconcile found that the attempt before had no effect",
      data: { attempt: 2 },
    });
  });

  it("R95 and an answer that comes too early counts for nothing: it is asked again in time", async () => {
    let notBefore = 0;
    const asked: number[] = [];
    const { task, runs } = await startWiring(scene, {
      execute: (_, n) => {
        notBefore = Date.now() + 1_500;
        return n === 1 ? unknown(notBefore) : { outcome: "ok", text: "done again" };
      },
      reconcile: () => {
        asked.push(Date.now());
        return { outcome: "not-applied" };
      },
    });
    const promised = await vi.waitFor(async () => {
      const [operation] = (await task.status()).operations;
      expect(operation?.unknown?.asked).toBe(1);
      return operation?.unknown;
    }, PATIENCE);
    expect(promised).toEqual({ reason: "the worker was lost", asked: 1, notBefore });
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x", "reconcile x", "execute x"]);
    expect(asked[1]).toBeGreaterThanOrEqual(promised?.notBefore ?? Infinity);
  });

  it("R95 and one that takes long parks the task, which is woken by the answer", async () => {
    const gate = createGate();
    const { task, runs } = await startWiring(
      scene,
      {
        execute: lostOnce,
        reconcile: () => gate.pass().then(() => ({ outcome: "ok" as const, text: "found" })),
      },
      {},
      { toolWaitMs: 1_000 },
    );
    const parked = await task.until("waiting-reconcile");
    expect(parked).toMatchObject({
      reason: expect.stringContaining("asking whether it took effect") as string,
      operations: [{ state: "unknown", unknown: { asked: 0 } }],
    });
    await gate.reached();
    gate.open();
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x"]);
    // Not by the look that is for a wake that got lost.
    expect(dataOf(await task.log(), "task.woken")).toMatchObject([{ by: "tool" }]);
  });

  it("R95 and when it cannot tell, a person is waited for, or asks it again", async () => {
    const { task, runs } = await startWiring(scene, {
      execute: lostOnce,
      reconcile: (_, n) =>
        n === 1
          ? { outcome: "unknown", reason: "the bank is down" }
          : { outcome: "ok", text: "found" },
    });
    await task.until("waiting-reconcile");
    expect(dataOf(await task.log(), "effect.reconciled")).toMatchObject([
      { outcome: "unknown", reason: "the bank is down" },
    ]);
    expect(await task.post("retry", { reason: "the bank is back", by: "ann" })).toMatchObject({
      status: 200,
      body: { result: "accepted" },
    });
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x", "reconcile x"]);
    const again = (await task.log()).find(({ type }) => type === "reconcile.requested");
    expect(again).toMatchObject({ reason: "the bank is back", actor: { id: "ann" } });
  });
});

describe("an approval", () => {
  it("R96 allows the next attempt of what provably did not happen, and says as what it was approved", async () => {
    const gate = createGate();
    const seen: AuthorityView[] = [];
    const { task, runs, requests } = await startWiring(
      scene,
      {
        execute: async ({ operationId }, n) => {
          const { body } = await task.post("authority", { operationId });
          seen.push(body as AuthorityView);
          return n === 1 ? unknown() : { outcome: "ok", text: "done again" };
        },
        reconcile: () => gate.pass().then(() => ({ outcome: "not-applied" as const })),
      },
      { approval: "default" },
    );
    const { operations, taskUid } = await task.until("waiting-approval");
    const [first, second] = [`${taskUid}/1/0/1`, `${taskUid}/1/0/2`];
    expect((await task.post("authority", { operationId: first })).body).toMatchObject({
      operation: { state: "approval-open", approved: false },
    });
    await task.decide(operations[0], "approve", { by: "ann" });
    await gate.reached();
    gate.open();
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x", "execute x"]);
    expect(dataOf(await task.log(), "approval.requested")).toHaveLength(1);
    const digest = operations[0]?.proposal?.digest;
    const approved = { state: "issued", approved: true, approvalDigest: digest, approvedAs: first };
    expect(seen).toMatchObject([
      { taskUid, cancelling: false, operation: { ...approved, attempt: 1 } },
      { taskUid, cancelling: false, operation: { ...approved, attempt: 2 } },
    ]);
    expect(requests.at(-1)).toMatchObject({ operationId: second, toolVersion: "1" });
    // It is settled, so nothing of it is allowed any more.
    const after = await task.post("authority", { operationId: second });
    expect(after.body).toEqual({ taskUid, status: "idle", cancelling: false, compensating: false });
  });

  it("R96 of a read that may have been executed is asked for anew", async () => {
    const { task, runs } = await startWiring(
      scene,
      { execute: lostOnce },
      { effect: "read", approval: "required" },
    );
    for (const attempt of [1, 2]) {
      const { operations, taskUid } = await vi.waitFor(async () => {
        const view = await task.until("waiting-approval");
        expect(view.operations[0]?.operationId).toMatch(new RegExp(`/${attempt}$`));
        return view;
      }, PATIENCE);
      expect(operations[0]?.operationId).toBe(`${taskUid}/1/0/${attempt}`);
      expect(runs).toHaveLength(attempt - 1);
      await task.decide(operations[0], "approve");
    }
    await endsWell(task);
    expect(dataOf(await task.log(), "approval.requested")).toHaveLength(2);
    expect(runs).toEqual(["execute x", "execute x"]);
  });
});

describe("an invocation that an operator killed", () => {
  it("R13 R17 F1 is unknown for as long as its attempt may act, and the tool is asked about it", async () => {
    const gate = createGate();
    const { task, service, runs, requests } = await startWiring(scene, {
      execute: () => gate.pass().then(() => ({ outcome: "ok" as const, text: "ok" })),
      reconcile: () => ({ outcome: "ok", text: "found" }),
    });
    await gate.reached();
    const [call] = await scene.engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = '${service}'`,
    );
    const killedAt = Date.now();
    await scene.engine.admin.killInvocation(String(call?.["id"]));
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x"]);
    // Start deadline, timeout and margin of the tool, from when it was lost.
    const [lost] = dataOf(await task.log(), "tool.returned");
    const notBefore = lost?.outcome === "unknown" ? lost.notBefore : undefined;
    expect(notBefore).toBeGreaterThanOrEqual(killedAt + 10_000 + 60_000 + 5_000);
    expect(requests.at(-1)?.notBefore).toBe(notBefore);
    gate.open();
  });
});
