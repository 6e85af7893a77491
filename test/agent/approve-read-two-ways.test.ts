// Owns the attempts to have a call approved that can be read in two ways, or that only looks like
// another one, or stands beside it (R33): a continuation of approve-x-execute-y.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  answerOf,
  approvalsOf,
  approve,
  newWorld,
  REFUND,
  refundTool,
  startRefund,
} from "./support/approval-desk.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("R33 a call that can be read in two ways", () => {
  it.each([
    ["-0", '{"order":"1017","cents":-0}', "-0"],
    ["an unsafe integer", '{"order":"1017","cents":9007199254740993}', "rounded"],
    ["a key twice", '{"order":"1017","cents":1,"cents":9000}', "twice"],
    ["__proto__", '{"order":"1017","cents":1,"__proto__":{"cents":9000}}', "__proto__"],
    ["half a character", '{"order":"10\\ud83e","cents":1}', "half a character"],
  ])("%s is never put before a person: the model is told", async (_, wants, why) => {
    const { task, world } = await startRefund(scene, { wants });
    await task.until("failed", "idle");
    const log = await task.log();
    expect(dataOf(log, "call.refused")).toMatchObject([
      { code: "invalid_arguments", message: expect.stringContaining(why) as string },
    ]);
    expect(dataOf(log, "approval.requested")).toEqual([]);
    expect(world.refunds).toEqual([]);
  });

  it("but the order of its keys and the form of its numbers are one digest", async () => {
    const one = await startRefund(scene, { wants: '{"order":"1017","cents":2500}' });
    const other = await startRefund(scene, { wants: '{ "cents": 2.5e3, "order": "1017" }' });
    const shown = [await one.proposal(), await other.proposal()];
    expect(new Set(shown.map(({ argumentsDigest }) => argumentsDigest)).size).toBe(1);
    // Of two tasks all the same.
    expect(new Set(shown.map(({ digest }) => digest)).size).toBe(2);
    const [first, second] = shown;
    const answer = await one.decide(first?.approvalId ?? "", approve(second?.digest));
    expect(answerOf(answer)).toBe("412 approval_mismatch");
  });

  it.each([
    ["a Cyrillic letter", "A-1017", "А-1017"],
    ["another composition", "\u00e9", "e\u0301"],
    ["a zero-width space", "1017", "10\u200b17"],
  ])("what only looks alike is another call: %s", async (_, one, other) => {
    const desks = [];
    for (const order of [one, other])
      desks.push(await startRefund(scene, { wants: { ...REFUND, order } }));
    const shown = await Promise.all(desks.map((desk) => desk.proposal()));
    expect(new Set(shown.map(({ argumentsDigest }) => argumentsDigest)).size).toBe(2);
    expect(shown.map(({ resource }) => resource)).toEqual([`order/${one}`, `order/${other}`]);
  });
});

it("R33 the digest of one call of an answer decides no other of it", async () => {
  const world = newWorld();
  const name = "refund-two";
  const other = { ...REFUND, order: "1018" };
  const model = scriptedModel([asksFor([name, REFUND, "a"], [name, other, "b"]), says("done")]);
  const desk = await scene.open({ name: "two", model, tools: [refundTool(name, world)] });
  const task = desk.task("t");
  await task.start("Refund both.");
  await task.logged("approval.opened", 2);
  const { decide } = approvalsOf(scene, task);
  const [first, second] = (await task.until("waiting-approval")).operations;
  const one = first?.proposal;
  const two = second?.proposal;
  const crossed = await decide(one?.approvalId ?? "", approve(two?.digest));
  expect(answerOf(crossed)).toBe("412 approval_mismatch");
  await decide(two?.approvalId ?? "", approve(two?.digest));
  await task.logged("tool.returned");
  expect(world.refunds).toEqual([JSON.stringify(other)]);
});
