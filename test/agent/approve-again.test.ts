// Owns decisions that are replayed, raced, late, doubled or forged (F14, F15, R96): a continuation of
// approve-x-execute-y.test.ts. The first counts, once, and everybody is told the truth.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answerOf, approvalsOf, approve, REFUND, startRefund } from "./support/approval-desk.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf, PATIENCE, resolveAwakeable } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("F14 F15 R96 a decision replayed, raced, late or doubled", () => {
  const after = async (first: object) => {
    const desk = await startRefund(scene);
    const { approvalId, digest } = await desk.proposal();
    await desk.decide(approvalId, { digest, by: "ada", ...first });
    const refunds = "approve" === (first as { decision?: string }).decision ? 1 : 0;
    await desk.task.until("idle");
    return { desk, approvalId, digest, refunds };
  };
  const APPROVED = { decision: "approve" };
  const REJECTED = { decision: "reject", message: "No." };
  const DECIDED = "412 approval_decided";

  it.each<readonly [string, object, object, string]>([
    ["approved again by the same person", APPROVED, APPROVED, "200 undefined"],
    ["approved again by another", APPROVED, { decision: "approve", by: "bob" }, DECIDED],
    ["rejected after it was approved", APPROVED, { decision: "reject", by: "bob" }, DECIDED],
    ["rejected by who approved it", APPROVED, REJECTED, DECIDED],
    ["approved after it was rejected", REJECTED, { decision: "approve", by: "bob" }, DECIDED],
    ["approved by who rejected it", REJECTED, APPROVED, DECIDED],
    [
      "edited after it was approved",
      APPROVED,
      { decision: "edit", arguments: { ...REFUND, cents: 9 } },
      DECIDED,
    ],
    ["asked about after it was approved", APPROVED, { decision: "ask", question: "Why?" }, DECIDED],
  ])("%s", async (_, first, then, answer) => {
    const { desk, approvalId, digest, refunds } = await after(first);
    expect(answerOf(await desk.decide(approvalId, { digest, by: "ada", ...then }))).toBe(answer);
    expect(desk.world.refunds).toHaveLength(refunds);
    expect(dataOf(await desk.task.log(), "approval.decided")).toHaveLength(1);
  });

  it("approved eight times at once is executed once", async () => {
    const desk = await startRefund(scene);
    const { approvalId, digest, awakeableId } = await desk.proposal();
    const body = JSON.stringify(approve(digest));
    const answers = await Promise.all([
      ...["ada", "ada", "bob", "cleo", "ada", "dan"].map((by) =>
        desk.decide(approvalId, approve(digest, by)),
      ),
      resolveAwakeable(scene.engine, awakeableId, body),
      resolveAwakeable(scene.engine, awakeableId, body),
    ]);
    await desk.task.until("idle");
    expect(desk.world.refunds).toHaveLength(1);
    expect(dataOf(await desk.task.log(), "approval.decided")).toHaveLength(1);
    const decided = answers.flatMap((each) => (typeof each === "number" ? [] : [each.status]));
    expect(decided.every((status) => status === 200 || status === 412)).toBe(true);
  });

  it("after the task was cancelled is told so, by either way", async () => {
    const desk = await startRefund(scene);
    const { approvalId, digest, awakeableId } = await desk.proposal();
    await desk.task.post("cancel", { reason: "not wanted" });
    await desk.task.until("cancelled");
    await vi.waitFor(async () => {
      expect(await desk.show(approvalId)).toMatchObject({ state: "withdrawn" });
    }, PATIENCE);
    await resolveAwakeable(scene.engine, awakeableId, JSON.stringify(approve(digest)));
    expect(answerOf(await desk.decide(approvalId, approve(digest)))).toBe("410 approval_withdrawn");
    expect(desk.world.refunds).toEqual([]);
  });

  it("on a request that another has followed is told so, and so is the new digest on the old one", async () => {
    const desk = await startRefund(scene);
    const first = await desk.proposal();
    desk.world.order = "shipped";
    await desk.show(first.approvalId, { compare: true });
    const second = await desk.proposal(2);
    for (const digest of [first.digest, second.digest])
      expect(answerOf(await desk.decide(first.approvalId, approve(digest)))).toBe(
        "412 approval_stale",
      );
    expect(answerOf(await desk.decide(second.approvalId, approve(first.digest)))).toBe(
      "412 approval_mismatch",
    );
    expect(desk.world.refunds).toEqual([]);
  });

  it("on an approval that nobody asked for is told so", async () => {
    const { decide } = approvalsOf(scene, (await startRefund(scene)).task);
    expect(answerOf(await decide("0".repeat(64), approve("0".repeat(64))))).toBe(
      "404 approval_not_found",
    );
  });

  it("cannot be forged past the approval: what it is told by is not open to the outside", async () => {
    const desk = await startRefund(scene);
    const { approvalId, digest } = await desk.proposal();
    const ballot = { ...approve(digest), via: "decide" };
    for (const [handler, body] of [
      ["judge", { v: 1, ballot }],
      ["open", {}],
      ["changed", { v: 1, changes: [] }],
      ["withdraw", { v: 1, reason: "x" }],
    ] as const) {
      const { status } = await scene.engine.call(
        `holdfast.approval/${approvalId}/${handler}`,
        body,
      );
      expect(status, handler).toBe(400);
    }
    const notice = { type: "decided", decision: "approve", digest, by: ["ada"], at: 1 };
    const wake = { v: 1, type: "approval", approvalId, operationId: "", number: 2, notice };
    expect((await desk.task.post("wake", wake)).status).toBe(400);
    expect(desk.world.refunds).toEqual([]);
  });
});
