// Owns what persons and the log are told of a call that turned out stale (R37, R38): from what to
// what, on the approval of before and on the one that follows; and that nobody is asked again about
// what the task may not do any more (R42, R48).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../core/digest.ts";
import { approve, newWorld, startRefund } from "./support/approval-desk.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf } from "./support/task.ts";
import { endsWell, resultIn } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const BEFORE = "as it was";
const AFTER = "shipped";
const CHANGE = {
  what: "precondition",
  captured: digestOf(BEFORE),
  now: digestOf(AFTER),
  capturedValue: JSON.stringify(BEFORE),
  nowValue: JSON.stringify(AFTER),
};

describe("R37 R38 what has changed, found right before the effect", () => {
  it("is in the log, on the old approval, and in the package of the new one", async () => {
    const { task, world, proposal, decide, show } = await startRefund(scene);
    const first = await proposal();
    expect((await show(first.approvalId)).call.preconditionValue).toBe(CHANGE.capturedValue);
    world.order = AFTER;
    await decide(first.approvalId, approve(first.digest));
    await task.logged("approval.opened", 2);
    const second = await proposal();
    const { approvalId } = first;
    const log = await task.log();
    expect(dataOf(log, "approval.stale")).toEqual([
      { operationId: expect.any(String), approvalId, changes: [CHANGE], found: "effect" },
    ]);
    // Decided it stays: who was first does not change.
    const old = await show(approvalId);
    expect(old).toMatchObject({ state: "approved", changes: [CHANGE] });
    expect(old.receipts).toHaveLength(1);
    expect(await show(second.approvalId)).toMatchObject({
      state: "open",
      follows: { approvalId, changes: [CHANGE] },
      call: { precondition: CHANGE.now, preconditionValue: CHANGE.nowValue },
      changes: [],
    });
    // The words of the log name what has changed, and quote nothing of it.
    const words = [...dataOf(log, "call.blocked"), ...log].map(({ reason }) => reason ?? "");
    expect(words.some((each) => each.includes(AFTER) || each.includes(BEFORE))).toBe(false);
    await decide(second.approvalId, approve(second.digest));
    await endsWell(task);
    expect(world.refunds).toHaveLength(1);
  });

  it("of a state that is too long to show is told by its digests", async () => {
    const long = "x".repeat(5_000);
    const { world, proposal, decide, show, task } = await startRefund(scene, {
      world: { ...newWorld(), order: long },
    });
    const { approvalId, digest } = await proposal();
    expect(await show(approvalId)).not.toHaveProperty("call.preconditionValue");
    world.order = AFTER;
    await decide(approvalId, approve(digest));
    const [stale] = await task.logged("approval.stale");
    expect(stale?.changes).toEqual([
      {
        what: "precondition",
        captured: digestOf(long),
        now: CHANGE.now,
        nowValue: CHANGE.nowValue,
      },
    ]);
  });
});

it("R37 who compares sees from what to what, and so does who is asked next", async () => {
  const { world, proposal, show, task } = await startRefund(scene);
  const { approvalId } = await proposal();
  world.order = AFTER;
  expect((await show(approvalId, { compare: true })).changes).toEqual([CHANGE]);
  const again = await proposal(2);
  expect(await show(again.approvalId)).toMatchObject({
    follows: { approvalId, changes: [CHANGE] },
  });
  // The approval said so itself, once, and is not told.
  expect(dataOf(await task.log(), "approval.stale")).toMatchObject([{ approvalId }]);
  expect((await show(approvalId)).changes).toEqual([CHANGE]);
});

describe("R42 a call that the task may not do any more", () => {
  it("is denied instead of being put before a person once more", async () => {
    const { task, world, model, proposal, decide, tool } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    const grants = [{ tool, resource: "order/2*" }];
    expect(await task.post("grant", { grants, reason: "too much" })).toMatchObject({ status: 200 });
    await task.logged("grants.changed");
    world.order = AFTER;
    await decide(approvalId, approve(digest));
    await endsWell(task);
    expect(world.refunds).toEqual([]);
    const log = await task.log();
    expect(dataOf(log, "approval.requested")).toHaveLength(1);
    expect(dataOf(log, "call.blocked")).toMatchObject([
      { code: "stale" },
      {
        code: "denied",
        reason: "the tool is granted, but not for this resource",
        authority: { decision: "deny" },
      },
    ]);
    expect(JSON.stringify(resultIn(model))).toContain("not for this resource");
  });

  it("for want of a fresh grant waits for one, and then asks", async () => {
    const { task, world, proposal, decide, tool } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    await task.post("grant", { grants: [{ tool, expiresAt: 1 }], reason: "for today" });
    await task.logged("grants.changed");
    world.order = AFTER;
    await decide(approvalId, approve(digest));
    await task.until("waiting-auth");
    expect(dataOf(await task.log(), "approval.requested")).toHaveLength(1);
    await task.post("grant", { grants: [{ tool }], reason: "and tomorrow" });
    await task.logged("approval.opened", 2);
    const again = await proposal();
    await decide(again.approvalId, approve(again.digest));
    await endsWell(task);
    expect(world.refunds).toHaveLength(1);
  });
});
