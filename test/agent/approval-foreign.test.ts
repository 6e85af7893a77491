// Owns approvals where several apps share one server: whoever serves `holdfast.approval` judges by
// the policy of the task's own app or not at all, and a new release of that app may (R35, R96).
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  answerOf,
  approvalsOf,
  approve,
  newWorld,
  REFUND,
  refundTool,
} from "./support/approval-desk.ts";
import { type DeskSpec, openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { resolveAwakeable } from "./support/task.ts";
import { endsWell } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const LENIENT = { approvals: { default: { separationOfDuties: false } } };

/** A task of an agent of this name that waits for an approval, and a release of its app. */
async function open(name: string) {
  const world = newWorld();
  const tool = `refund-${name}`;
  const model = scriptedModel([asksFor([tool, REFUND]), says("done")]);
  const release = (app: DeskSpec["app"] = {}) =>
    scene.open({ name, model, tools: [refundTool(tool, world)], app });
  const desk = await release();
  const task = desk.task("t");
  await task.start("Refund it.", "owen");
  const own = approvalsOf(scene, task);
  return { ...own, world, task, worker: desk.worker, release, first: await own.proposal() };
}

const another = (name: string, app: DeskSpec["app"]) =>
  scene.open({ name, model: scriptedModel([]), app: app ?? {} });

it("R35 another app with other policies decides nothing, and says why", async () => {
  const { first, decide, show, task, world, worker } = await open("one-app");
  await another("other-app", LENIENT);
  const { approvalId, digest, awakeableId } = first;
  for (const by of ["ada", "bob"]) {
    const answer = await decide(approvalId, approve(digest, by));
    expect(answerOf(answer)).toBe("503 approval_foreign");
    expect(answer.body["message"]).toContain("give both apps the same policies");
  }
  await resolveAwakeable(scene.engine, awakeableId, JSON.stringify(approve(digest)));
  expect(await task.logged("approval.mismatch")).toMatchObject([
    { reason: expect.stringContaining("other policies") as string },
  ]);
  expect(await show(approvalId)).toMatchObject({ state: "open", digest, approvals: 0 });
  expect(world.refunds).toEqual([]);
  // Nothing was lost: its own app, once it serves approvals again, takes the decision.
  await worker.register();
  await decide(approvalId, approve(digest));
  await endsWell(task);
  expect(world.refunds).toHaveLength(1);
});

it("R35 another app with the same policies decides as the task's own would", async () => {
  const { first, decide, task, world } = await open("first-app");
  await another("second-app", {});
  await decide(first.approvalId, approve(first.digest));
  await endsWell(task);
  expect(world.refunds).toHaveLength(1);
});

it("R96 a release of the same app with other policies makes it stale, and asks by them", async () => {
  const { first, decide, show, proposal, release, task, world } = await open("upgraded-app");
  await release(LENIENT);
  expect(answerOf(await decide(first.approvalId, approve(first.digest)))).toBe(
    "412 approval_stale",
  );
  const second = await proposal(2);
  expect(await show(second.approvalId)).toMatchObject({
    // Nobody is kept apart any more.
    excluded: [],
    follows: { approvalId: first.approvalId, changes: [{ what: "policy-version" }] },
  });
  await decide(second.approvalId, approve(second.digest, "owen"));
  await endsWell(task);
  expect(world.refunds).toHaveLength(1);
});
