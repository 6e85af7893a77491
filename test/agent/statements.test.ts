// Owns what a person's word does on a server when nobody knows whether an effect happened, and what
// is said to those whose word is not taken.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf, PATIENCE } from "./support/task.ts";
import { endsWell, lostOnce, resultIn, settle, startWiring, unknown } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("a person states it", () => {
  it("R95 F1 applied, at any time: the result is what the person gave, and nothing is made again", async () => {
    const { task, runs, model } = await startWiring(
      scene,
      { execute: () => unknown(Date.now() + 3_600_000) },
      { reconcile: false },
    );
    await task.until("waiting-reconcile");
    const result = { receipt: "R-7" };
    expect(await settle(task, "applied", { result, by: "ann" })).toMatchObject({
      status: 200,
      body: { result: "recorded" },
    });
    await endsWell(task);
    expect(runs).toEqual(["execute x"]);
    expect(resultIn(model)).toMatchObject({ text: '{"receipt":"R-7"}' });
    const log = await task.log();
    const stated = log.find(({ type }) => type === "effect.stated");
    expect(stated).toMatchObject({
      reason: "I looked",
      actor: { kind: "operator", id: "ann" },
      data: { outcome: "applied" },
    });
    expect(dataOf(log, "tool.returned").at(-1)).toMatchObject({ outcome: "ok", via: "statement" });
  });

  it("R95 not applied: a new attempt follows, and not before nothing can be under way", async () => {
    let notBefore = 0;
    const executed: number[] = [];
    const { task } = await startWiring(
      scene,
      {
        execute: (_, n) => {
          executed.push(Date.now());
          if (n > 1) return { outcome: "ok", text: "done again" };
          notBefore = Date.now() + 1_500;
          return unknown(notBefore);
        },
      },
      { reconcile: false },
    );
    await task.until("waiting-reconcile");
    expect((await settle(task, "not-applied")).status).toBe(200);
    const waiting = await vi.waitFor(async () => {
      const view = await task.status();
      expect(view.operations[0]?.unknown?.stated).toBe("not-applied");
      return view;
    }, PATIENCE);
    expect(waiting.operations).toMatchObject([{ state: "unknown", unknown: { notBefore } }]);
    // Once more, by another who is told who was first; the opposite may still be said.
    expect(await settle(task, "not-applied", { by: "bob" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "operation_settled", outcome: "not-applied" } },
    });
    await endsWell(task);
    expect(executed).toHaveLength(2);
    expect(executed[1]).toBeGreaterThanOrEqual(notBefore);
  });

  it("R95 not applied, but the tool that is asked again has found it: nothing is made again", async () => {
    const { task, runs } = await startWiring(scene, {
      execute: () => unknown(Date.now() + 1_000),
      reconcile: (_, n) =>
        n === 1
          ? { outcome: "unknown", reason: "no trace yet" }
          : { outcome: "ok", text: "there it is" },
    });
    await task.logged("effect.reconciled");
    await task.until("waiting-reconcile");
    expect((await settle(task, "not-applied")).status).toBe(200);
    await endsWell(task);
    expect(runs).toEqual(["execute x", "reconcile x", "reconcile x"]);
    expect(dataOf(await task.log(), "tool.returned").at(-1)).toMatchObject({ via: "reconcile" });
  });

  it("R95 F14 two who speak at once: one is recorded, the other is told who said what and when", async () => {
    const { task } = await startWiring(scene, { execute: lostOnce }, { reconcile: false });
    await task.until("waiting-reconcile");
    const [{ operationId } = { operationId: "" }] = (await task.status()).operations;
    const say = (by: string) =>
      task.post("settle", { operationId, outcome: "applied", reason: "I looked", by });
    const answers = await Promise.all([say("ann"), say("bob"), say("eve")]);
    expect(answers.map(({ status }) => status).filter((each) => each === 412)).toHaveLength(2);
    const [stated] = (await task.log()).filter(({ type }) => type === "effect.stated");
    const loser = answers.find(({ status }) => status === 412);
    expect(loser?.body).toMatchObject({
      metadata: {
        code: "operation_settled",
        by: stated?.actor.id,
        outcome: "applied",
        at: String(stated?.at),
      },
    });
    await endsWell(task);
    // Later it is the same.
    expect(await say("kim")).toMatchObject({ status: 412, body: loser?.body });
  });

  it("and every statement that cannot be taken has a clear answer", async () => {
    const gate = createGate();
    const { task } = await startWiring(
      scene,
      { execute: () => gate.pass().then(() => ({ outcome: "ok" as const, text: "ok" })) },
      { reconcile: false },
    );
    await gate.reached();
    const { operations, taskUid } = await task.status();
    const say = (body: object) => task.post("settle", { reason: "r", outcome: "applied", ...body });
    const code = async (body: object) => {
      const { status, body: said } = await say(body);
      return [status, (said as { metadata: { code: string } }).metadata.code];
    };
    const operationId = operations[0]?.operationId;
    expect(await code({ operationId })).toEqual([412, "operation_not_unknown"]);
    expect(await code({ operationId: `${taskUid}/9/0/1` })).toEqual([412, "operation_not_found"]);
    expect(await code({})).toEqual([400, "invalid_input"]);
    expect(await code({ operationId, reason: "" })).toEqual([400, "invalid_input"]);
    expect(await code({ operationId, reason: "r".repeat(1_025) })).toEqual([400, "invalid_input"]);
    expect(await code({ operationId, outcome: "perhaps" })).toEqual([400, "invalid_input"]);
    expect(await code({ operationId, outcome: "not-applied", result: 1 })).toEqual([
      400,
      "invalid_input",
    ]);
    expect(await code({ operationId, result: "x".repeat(17_000) })).toEqual([400, "invalid_input"]);
    // Deeper than any stack goes.
    const url = `${scene.engine.ingressUrl}/${task.agent}/t/settle`;
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const body = `{"operationId":"o","outcome":"applied","reason":"r","result":${deep}}`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(400);
    const other = await scene.engine.call(`${task.agent}/nobody/settle`, {
      operationId: "o",
      outcome: "applied",
      reason: "r",
    });
    expect(other).toMatchObject({ status: 404, body: { metadata: { code: "task_not_found" } } });
    gate.open();
    await endsWell(task);
    expect(await task.post("retry", { reason: "try again" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "nothing_to_retry" } },
    });
    await task.post("cancel", { reason: "not wanted" });
    await task.until("cancelled");
    expect(await code({ operationId })).toEqual([412, "verb_not_allowed"]);
  });
});
