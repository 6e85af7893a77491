// Owns what a person's decision does to a task, through the whole runtime: the approval is asked,
// the task is told, the tool looks again, and the model reads what became of it.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { digestOf } from "../../core/digest.ts";
import {
  approvalsOf,
  approve,
  newWorld,
  REFUND,
  refundTool,
  startRefund,
} from "./support/approval-desk.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { createGate } from "./support/gate.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, PATIENCE, resolveAwakeable } from "./support/task.ts";
import { endsWell, resultIn } from "./support/wiring.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

describe("what a person decides on", () => {
  it("R33 R34 has the exact call, and evidence that leads back to the task's log", async () => {
    const { task, proposal, show } = await startRefund(scene, { owner: "owen" });
    const { approvalId, digest, resource } = await proposal();
    const view = await show(approvalId);
    const log = await task.log();
    const [opening] = log.filter(({ type }) => type === "message.received");
    const [answer] = log.filter(({ type }) => type === "model.answered");
    expect(resource).toBe("order/1017");
    expect(view).toMatchObject({
      digest,
      state: "open",
      owner: "owen",
      excluded: ["owen", task.agent],
      call: {
        argumentsDigest: digestOf(REFUND),
        resource: "order/1017",
        precondition: digestOf("as it was"),
        agentVersion: "1",
      },
    });
    const hashes = new Map(log.map(({ seq, hash }) => [seq, hash]));
    const { events } = view.evidence;
    expect(events.map(({ seq }) => seq)).toEqual([opening?.seq, answer?.seq]);
    for (const { seq, hash } of events) expect(hashes.get(seq)).toBe(hash);
  });
});

describe("a decision by `decide`", () => {
  it("R33 R96 approved, is executed once, and a second approval is told who was first", async () => {
    const { task, world, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    const settled = await decide(approvalId, approve(digest));
    expect(settled).toMatchObject({ status: 200, body: { result: "settled", state: "approved" } });
    await endsWell(task);
    expect(world.refunds).toEqual([JSON.stringify(REFUND)]);
    const again = await decide(approvalId, approve(digest));
    expect(again.body["receipt"]).toEqual(settled.body["receipt"]);
    expect(await decide(approvalId, approve(digest, "bob"))).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_decided", by: "ada", decision: "approved" } },
    });
    expect(world.refunds).toHaveLength(1);
    expect(dataOf(await task.log(), "approval.decided")).toMatchObject([
      { decision: "approve", by: "ada", persons: ["ada"], via: "decide" },
    ]);
  });

  it("F15 two who decide at once have one winner, and the other is told", async () => {
    const { task, world, model, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    const rejection = { decision: "reject", digest, by: "bob", message: "No." };
    const answers = await Promise.all([
      decide(approvalId, approve(digest)),
      decide(approvalId, rejection),
    ]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "412"]);
    await endsWell(task);
    const [decided] = dataOf(await task.log(), "approval.decided");
    expect(world.refunds).toHaveLength(decided?.decision === "approve" ? 1 : 0);
    const lost = answers.find(({ status }) => status === 412);
    expect(lost?.body.metadata).toMatchObject({ by: decided?.by, code: "approval_decided" });
    expect(model.requests).toHaveLength(2);
  });

  it("R39 rejected, is not executed, and the model reads why", async () => {
    const { task, world, model, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    await decide(approvalId, { decision: "reject", digest, by: "ada", message: "Too much." });
    await endsWell(task);
    expect(world.refunds).toEqual([]);
    expect(JSON.stringify(resultIn(model))).toContain("A person rejected this call. Too much.");
  });

  it("R39 edited, executes the edited arguments, and the model is told", async () => {
    const { task, world, model, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    const wrong = { order: "1017", cents: 20_000 };
    const edit = { decision: "edit", digest, by: "ada" };
    expect(await decide(approvalId, { ...edit, arguments: wrong })).toMatchObject({
      status: 400,
      body: { metadata: { code: "invalid_edit" } },
    });
    const given = { order: "1017", cents: 100 };
    const settled = await decide(approvalId, { ...edit, arguments: given });
    expect(settled).toMatchObject({ status: 200, body: { state: "approved" } });
    await endsWell(task);
    expect(world.refunds).toEqual([JSON.stringify(given)]);
    const [, second] = model.requests;
    expect(second?.messages.slice(-2)).toMatchObject([
      { role: "tool", text: "refunded 100" },
      {
        role: "developer",
        text: expect.stringContaining('{"cents":100,"order":"1017"}') as string,
      },
    ]);
    const log = await task.log();
    expect(dataOf(log, "approval.decided")[0]?.edited?.argumentsDigest).toBe(digestOf(given));
    expect(dataOf(log, "tool.returned")[0]?.argumentsDigest).toBe(digestOf(given));
  });

  it("R97 with a quorum, an edit starts the count anew, and what all approved is executed", async () => {
    const { task, world, proposal, decide } = await startRefund(scene, {
      app: { approvals: { default: { quorum: 2 } } },
    });
    const { approvalId, digest } = await proposal();
    expect(await decide(approvalId, approve(digest))).toMatchObject({
      body: { result: "recorded" },
    });
    const given = { order: "1017", cents: 100 };
    await decide(approvalId, { decision: "edit", digest, by: "bob", arguments: given });
    await task.logged("approval.recorded", 2);
    const edited = await proposal();
    expect(edited).toMatchObject({ arguments: given, edited: true, approvals: 1, quorum: 2 });
    expect(await decide(approvalId, approve(digest, "cleo"))).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_mismatch" } },
    });
    await decide(approvalId, approve(edited.digest));
    await endsWell(task);
    expect(world.refunds).toEqual([JSON.stringify(given)]);
    await task.logged("approval.mismatch");
  });

  it("R35 of the owner or of nobody in particular does not count, and is in the log", async () => {
    const { task, world, proposal, decide } = await startRefund(scene, {
      owner: "owen",
      tool: { effect: "administrative" },
    });
    const { approvalId, digest, awakeableId } = await proposal();
    for (const body of [approve(digest, "Owen"), { decision: "approve", digest }]) {
      expect(await decide(approvalId, body)).toMatchObject({
        status: 403,
        body: { metadata: { code: "approval_forbidden" } },
      });
    }
    const refused = await task.logged("approval.refused", 2);
    expect(refused.map(({ reason }) => reason)).toEqual(["own-request", "nameless"]);
    // Holding the id is not enough either.
    const body = JSON.stringify({ decision: "approve", digest });
    await resolveAwakeable(scene.engine, awakeableId, body);
    await task.logged("approval.mismatch");
    expect(world.refunds).toEqual([]);
    const { awakeableId: next } = await proposal();
    expect(next).not.toBe(awakeableId);
    await decide(approvalId, approve(digest));
    await endsWell(task);
    expect(world.refunds).toHaveLength(1);
  });

  it("R39 a question is recorded, and decides nothing", async () => {
    const { task, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    await decide(approvalId, { decision: "ask", digest, by: "ada", question: "Which order?" });
    expect(await task.logged("approval.asked")).toMatchObject([{ question: "Which order?" }]);
    expect((await task.status()).status).toBe("waiting-approval");
    await decide(approvalId, approve(digest));
    await endsWell(task);
  });
});

describe("what has changed since it was proposed", () => {
  it("R37 R38 found at the effect is not done: it is asked anew, and then done once", async () => {
    const { task, world, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    world.order = "shipped";
    await decide(approvalId, approve(digest));
    await task.logged("approval.requested", 2);
    const again = await proposal();
    expect((await task.until("stale")).reason).toContain("has changed");
    expect([approvalId, digest]).not.toContain(again.digest);
    expect(world.refunds).toEqual([]);
    expect(dataOf(await task.log(), "call.blocked")).toMatchObject([{ code: "stale" }]);
    await decide(again.approvalId, approve(again.digest));
    await endsWell(task);
    expect(world.refunds).toHaveLength(1);
  });

  it("R37 found by who compares makes the request stale, and another follows it", async () => {
    const { task, world, proposal, decide, show } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    world.order = "shipped";
    const view = await show(approvalId, { compare: true });
    const change = {
      what: "precondition",
      captured: digestOf("as it was"),
      now: digestOf("shipped"),
    };
    expect(view).toMatchObject({ state: "stale", changes: [change] });
    const again = await proposal(2);
    await task.until("stale");
    expect(await decide(approvalId, approve(digest))).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_stale" } },
    });
    expect(dataOf(await task.log(), "approval.stale")).toMatchObject([{ changes: [change] }]);
    await decide(again.approvalId, approve(again.digest));
    await endsWell(task);
    expect(world.refunds).toHaveLength(1);
  });
});

describe("an approval that nobody decides", () => {
  it("R36 F12 expires: the model reads that, and a decision afterwards is told so", async () => {
    const { task, world, model, proposal, decide } = await startRefund(scene, {
      app: { approvals: { default: { expiresAfterMs: 1_500 } } },
    });
    const { approvalId, digest, expiresAt } = await proposal();
    expect(expiresAt).toBeGreaterThan(0);
    await endsWell(task);
    expect(world.refunds).toEqual([]);
    expect(JSON.stringify(resultIn(model))).toContain("approval_expired");
    expect(await decide(approvalId, approve(digest))).toMatchObject({
      status: 410,
      body: { metadata: { code: "approval_expired" } },
    });
  });

  it("R29 F14 is withdrawn when the task is cancelled, and a decision afterwards is told so", async () => {
    const { task, world, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    await task.post("cancel", { by: "owen", reason: "not needed" });
    await task.until("cancelled");
    await task.logged("approval.withdrawn");
    expect(await decide(approvalId, approve(digest))).toMatchObject({
      status: 410,
      body: { metadata: { code: "approval_withdrawn" } },
    });
    expect(world.refunds).toEqual([]);
  });
});

describe("the tool that is asked before a person", () => {
  it("R38 may say that the call cannot be made: nobody is asked, and the model reads why", async () => {
    const world = { ...newWorld(), order: "" };
    const { task, model } = await startRefund(scene, { world });
    await endsWell(task);
    expect(JSON.stringify(resultIn(model))).toContain("There is no such order.");
    expect(dataOf(await task.log(), "approval.requested")).toEqual([]);
    expect(world.refunds).toEqual([]);
  });

  it("R38 is asked beside a call that takes long: the person need not wait for that one", async () => {
    const gate = createGate();
    const slow = countedTool({ name: "slow-look", gate });
    const world = newWorld();
    const tools = [refundTool("refund-beside", world), slow.tool];
    const both = asksFor(["refund-beside", REFUND], ["slow-look", { what: "a" }]);
    const model = scriptedModel([both, says("done")]);
    const task = (await scene.open({ name: "beside", model, tools })).task("t");
    await task.start("please");
    await task.logged("approval.requested");
    const { decide } = approvalsOf(scene, task);
    await gate.reached();
    const [requested] = dataOf(await task.log(), "approval.requested");
    const { approvalId = "", digest } = requested ?? {};
    await vi.waitFor(async () => {
      expect(await decide(approvalId, approve(digest))).toMatchObject({ status: 200 });
    }, PATIENCE);
    expect(slow.given).toEqual(["a"]);
    gate.open();
    await endsWell(task);
    expect(world.refunds).toHaveLength(1);
    expect(slow.given).toEqual(["a"]);
  });

  it("R38 is asked once for each request, and once more right before the effect", async () => {
    const { task, world, proposal, decide } = await startRefund(scene);
    const { approvalId, digest } = await proposal();
    expect(world.looks).toBe(1);
    await decide(approvalId, approve(digest));
    await endsWell(task);
    expect(world.looks).toBe(2);
  });
});
