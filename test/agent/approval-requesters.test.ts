// Owns who counts as having asked for a call (R35, R97): everybody whose message is in the turn, and
// not only who opened it.
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  answerOf,
  approvalsOf,
  approve,
  newWorld,
  REFUND,
  refundTool,
} from "./support/approval-desk.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { endsWell } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

it("R35 R97 who steers a turn does not approve what it then asks for", async () => {
  const gate = createGate();
  const look = countedTool({ name: "look-first", gate });
  const world = newWorld();
  const tools = [look.tool, refundTool("refund-steered", world)];
  const model = scriptedModel([
    asksFor(["look-first", { what: "a" }]),
    asksFor(["refund-steered", REFUND]),
    says("done"),
    asksFor(["refund-steered", REFUND]),
    says("done"),
  ]);
  const desk = await scene.open({ name: "steered", model, tools });
  const task = desk.task("t");
  await task.start("Look into it.", "owen");
  await gate.reached();
  for (const from of ["sid", "Sid", "rita"])
    await task.post("send", { message: "Refund it.", from });
  await task.logged("message.received", 4);
  gate.open();
  const { proposal, decide, show } = approvalsOf(scene, task);
  const { approvalId, digest } = await proposal();
  const view = await show(approvalId);
  expect(view.requester).toMatchObject({ by: "owen", persons: ["owen", "sid", "rita"] });
  expect(view.excluded).toEqual(["owen", "sid", "rita", "steered"]);
  for (const by of ["sid", "SID", "rita", "owen"]) {
    const answer = await decide(approvalId, approve(digest, by));
    expect(answerOf(answer), by).toBe("403 approval_forbidden");
    expect(answer.body.metadata).toMatchObject({ reason: "own-request" });
  }
  // Who writes once it was asked has not asked for it.
  await task.post("send", { message: "Well?", from: "bea" });
  await task.logged("message.received", 5);
  expect(world.refunds).toEqual([]);
  await decide(approvalId, approve(digest, "bea"));
  await endsWell(task);
  expect(world.refunds).toHaveLength(1);
  // Nobody of the last turn has a part in the next.
  await task.post("send", { message: "And again.", from: "owen" });
  await task.logged("approval.opened", 2);
  const next = await proposal();
  expect((await show(next.approvalId)).requester).toEqual(
    expect.not.objectContaining({ persons: expect.anything() }),
  );
  await decide(next.approvalId, approve(next.digest, "sid"));
  await endsWell(task);
  expect(world.refunds).toHaveLength(2);
});
