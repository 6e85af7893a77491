// Owns the table of an approval that meets a cancellation (F15): whoever is first decides, nothing is
// both cancelled and made, and who comes second is told. Two approvals: approve-again.test.ts.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../index.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { answerOf, approvalsOf, approve, startRefund } from "./support/approval-desk.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf, PATIENCE } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const WHY = { reason: "not wanted", by: "olga" };

describe("F15 a cancellation", () => {
  it("R29 before the approval: the decision is 410, and nothing is made", async () => {
    const desk = await startRefund(scene);
    const { approvalId, digest } = await desk.proposal();
    await desk.task.post("cancel", WHY);
    await desk.task.until("cancelled");
    await vi.waitFor(async () => {
      const answer = await desk.decide(approvalId, approve(digest));
      expect(answerOf(answer)).toBe("410 approval_withdrawn");
    }, PATIENCE);
    expect(desk.world.refunds).toEqual([]);
    expect((await desk.task.status()).settlement).toMatchObject({ committed: 0, unknown: 0 });
  });

  it("R29 R95 after the approval, while the effect is made: its outcome is in the record, as unknown where nobody can say, and nothing follows", async () => {
    const gate = createGate();
    const pay = countedTool({ name: "pay-approved", effect: "financial", gate });
    const model = scriptedModel([asksFor(["pay-approved", { what: "5" }]), says("never")]);
    const task = (await scene.open({ name: "approved", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    const { proposal, decide } = approvalsOf(scene, task);
    const { approvalId, digest } = await proposal();
    expect((await decide(approvalId, approve(digest))).status).toBe(200);
    await gate.reached();
    await task.post("cancel", WHY);
    const { settlement } = await task.until("cancelled");
    expect(settlement).toMatchObject({ committed: 0, unknown: 1 });
    const log = await task.log();
    expect(dataOf(log, "tool.returned")).toMatchObject([{ outcome: "unknown" }]);
    expect(log.map(({ type }) => type).slice(-2)).toEqual(["tool.returned", "task.cancelled"]);
    gate.open();
    expect(pay.keys).toHaveLength(1);
    expect(model.requests).toHaveLength(1);
    // The same decision again is the same receipt, and another is told who was first.
    expect((await decide(approvalId, approve(digest))).status).toBe(200);
    const other = await decide(approvalId, { decision: "reject", digest, by: "bob" });
    expect(answerOf(other)).toBe("412 approval_decided");
  });

  it("R29 after the approval, while the effect is made: `cancelling` until its outcome is known, which counts, and no decision or step comes after", async () => {
    const gate = createGate();
    const asked = createGate();
    let paid = 0;
    const pay = defineTool({
      name: "pay-in-time",
      description: "Pays, and can say whether it did.",
      input: z.strictObject({ what: z.string() }),
      output: z.string(),
      effect: "financial",
      async execute() {
        paid += 1;
        await gate.pass();
        return "paid";
      },
      reconcile: async () => {
        await asked.pass();
        return { outcome: "applied", result: "paid" };
      },
    });
    const model = scriptedModel([asksFor(["pay-in-time", { what: "5" }]), says("never")]);
    const task = (await scene.open({ name: "in-time", model, tools: [pay] })).task("t");
    await task.start("go");
    const { proposal, decide } = approvalsOf(scene, task);
    const { approvalId, digest } = await proposal();
    expect((await decide(approvalId, approve(digest))).status).toBe(200);
    await gate.reached();
    await task.post("cancel", WHY);
    await asked.reached();
    expect((await task.status()).status).toBe("cancelling");
    asked.open();
    const { settlement } = await task.until("cancelled");
    expect(settlement).toMatchObject({ committed: 1, unknown: 0 });
    const log = await task.log();
    expect(log.at(-1)?.type).toBe("task.cancelled");
    expect(paid).toBe(1);
    expect(model.requests).toHaveLength(1);
    // Approved again it is the same receipt, and withdrawn it is not.
    expect((await decide(approvalId, approve(digest))).status).toBe(200);
  });

  it("R29 R95 at the same time: it was decided and is accounted for, or withdrawn and never made", async () => {
    const rounds = await Promise.all(
      Array.from({ length: 4 }, async (_, n) => {
        const desk = await startRefund(scene);
        const { approvalId, digest } = await desk.proposal();
        const decided = () => desk.decide(approvalId, approve(digest));
        const cancelled = () => desk.task.post("cancel", WHY);
        const acts = n % 2 === 0 ? [decided(), cancelled()] : [cancelled(), decided()];
        await Promise.all(acts);
        const { settlement } = await desk.task.until("cancelled");
        return { settlement, made: desk.world.refunds.length, desk };
      }),
    );
    for (const { settlement, made, desk } of rounds) {
      expect(made).toBeLessThanOrEqual(1);
      const counted = (settlement?.committed ?? 0) + (settlement?.unknown ?? 0);
      expect(counted, JSON.stringify(settlement)).toBeGreaterThanOrEqual(made);
      expect(desk.model.requests).toHaveLength(1);
      const log = await desk.task.log();
      const decided = dataOf(log, "approval.decided").length;
      expect(decided).toBeLessThanOrEqual(1);
      expect(made).toBeLessThanOrEqual(decided);
      expect(log.at(-1)?.type).toBe("task.cancelled");
    }
  });
});
