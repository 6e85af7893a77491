// Owns the tests of approvals whose awakeable an outside system resolves: what it is shown, what a
// decision does, and what everything that is no decision leaves alone.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationView, StatusView } from "../../contract/api.ts";
import { digestOf } from "../../core/digest.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, resolveAwakeable, type Task } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

let last = 0;

/** A task whose model wants these payments, all in its first answer; then it is done. */
async function propose(...amounts: readonly string[]) {
  last += 1;
  const pay = countedTool({ name: `pay-${last}`, effect: "financial", version: "3" });
  const calls = amounts.map((what, index) => [`pay-${last}`, { what }, `c-${index}`] as const);
  const model = scriptedModel([asksFor(...calls), says("done")]);
  const desk = await scene.open({ name: `desk-${last}`, model, tools: [pay.tool] });
  const task = desk.task("t");
  await task.start("please");
  return { task, pay, model, parked: await waiting(task, amounts.length) };
}

/** Waits until so many approvals are open. */
async function waiting(task: Task, count = 1): Promise<StatusView> {
  await task.logged("approval.opened", count);
  return task.until("waiting-approval");
}

const only = (status: StatusView): OperationView => {
  const [operation, ...more] = status.operations;
  if (operation === undefined || more.length > 0) throw new Error("not one operation");
  return operation;
};

describe("R33 an approval", () => {
  it("shows the exact call, its digest, and the awakeable to decide by", async () => {
    const { task, parked, pay } = await propose("12 EUR");
    const operation = only(parked);
    const { taskUid } = parked;
    const argumentsDigest = digestOf({ what: "12 EUR" });
    const contract = { tool: pay.tool.name, toolVersion: "3", effect: "financial" as const };
    const { operationId } = operation;
    const [requested] = dataOf(await task.log(), "approval.requested");
    const { policyVersion, agentVersion, approvalId, expiresAt } = requested ?? {};
    const digest = proposalDigest({
      taskUid,
      operationId,
      ...contract,
      argumentsDigest,
      ...(policyVersion === undefined ? {} : { policyVersion }),
      ...(agentVersion === undefined ? {} : { agentVersion }),
    });
    expect(operationId).toBe(`${taskUid}/1/0/1`);
    expect(operation).toMatchObject({
      ...contract,
      state: "approval-open",
      proposal: {
        arguments: { what: "12 EUR" },
        argumentsDigest,
        digest,
        approvalId,
        expiresAt,
        request: 1,
        deciders: "anyone",
        approvals: 0,
        quorum: 1,
      },
    });
    expect(operation.proposal?.awakeableId).toMatch(/^sign_/);
    // The intent is in the log before anything happens.
    expect(requested).toMatchObject({ operationId, digest: operation.proposal?.digest });
    expect(pay.given).toEqual([]);
  });

  it("approved, is executed once, with the same arguments, and the model reads the result", async () => {
    const { task, parked, pay, model } = await propose("12 EUR");
    expect(await task.decide(only(parked), "approve", { by: "ada" })).toBe(202);
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(pay.given).toEqual(["12 EUR"]);
    expect(JSON.stringify(model.requests[1]?.messages.at(-1))).toContain("12 EUR");
    const decided = (await task.log()).find(({ type }) => type === "approval.decided");
    expect(decided).toMatchObject({
      actor: { kind: "operator", id: "ada" },
      data: { decision: "approve", digest: only(parked).proposal?.digest },
    });
  });

  it("rejected, is not executed, and the model reads why", async () => {
    const { task, parked, pay, model } = await propose("12 EUR");
    await task.decide(only(parked), "reject", { message: "Too much." });
    await task.until("idle");
    expect(pay.given).toEqual([]);
    expect(JSON.stringify(model.requests[1]?.messages.at(-1))).toContain("Too much.");
  });

  it("is said to wait only when there is an awakeable to decide by", async () => {
    const { task } = await propose("1 EUR");
    const log = await task.log();
    const types = log.map(({ type }) => type);
    expect(types.indexOf("approval.opened")).toBeLessThan(types.indexOf("task.parked"));
    expect(dataOf(log, "task.parked")).toMatchObject([{ status: "waiting-approval" }]);
  });
});

const CANARY = "canary-4711";

describe("what is no decision on this call", () => {
  it.each<readonly [string, (operation: OperationView) => string, "resolve" | "reject", RegExp]>([
    ["names another digest", () => decision("0".repeat(64)), "resolve", /another digest/],
    ["is no JSON", () => `approve! ${CANARY}`, "resolve", /not JSON/],
    ["says nothing", () => "", "resolve", /not JSON/],
    ["has no digest", () => '{"decision":"approve"}', "resolve", /digest/],
    ["says maybe", ({ proposal }) => decision(proposal?.digest, "maybe"), "resolve", /decision/],
    ["says more", ({ proposal }) => decision(proposal?.digest, "approve", CANARY), "resolve", /./],
    [
      "holds half a character",
      ({ proposal }) => halved(proposal?.digest),
      "resolve",
      /half a character/,
    ],
    ["is a rejected awakeable", () => CANARY, "reject", /rejected/],
  ])("F16 changes nothing but the log when it %s, and the wait is open again", async (...given) => {
    const [, bodyFor, verb, reason] = given;
    const { task, parked, pay } = await propose("5 EUR");
    const before = only(parked);
    const first = before.proposal?.awakeableId ?? "";
    await resolveAwakeable(scene.engine, first, bodyFor(before), verb);
    const reopened = only(await waiting(task, 2));
    const [mismatch] = dataOf(await task.log(), "approval.mismatch");
    expect(mismatch).toMatchObject({ awakeableId: first, operationId: before.operationId });
    expect(mismatch?.reason).toMatch(reason);
    expect(JSON.stringify(await task.log())).not.toContain(CANARY);
    expect(pay.given).toEqual([]);
    // The same proposal under a fresh awakeable; the old one decides nothing any more.
    expect(reopened.proposal).toEqual({
      ...before.proposal,
      awakeableId: expect.not.stringMatching(first),
    });
    await resolveAwakeable(scene.engine, first, decision(before.proposal?.digest));
    await task.decide(reopened, "approve");
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(pay.given).toEqual(["5 EUR"]);
  });
});

/** JSON can escape half a character; it could not be hashed into the log. */
function halved(digest = ""): string {
  return JSON.stringify({ decision: "reject", digest, message: "no \ud83e" });
}

function decision(digest = "", verdict = "approve", extra?: string): string {
  return JSON.stringify({ decision: verdict, digest, ...(extra === undefined ? {} : { extra }) });
}

describe("decisions that meet", () => {
  it("the same one twice at once is one execution", async () => {
    const { task, parked, pay } = await propose("7 EUR");
    const operation = only(parked);
    const answers = await Promise.all([1, 2, 3].map(() => task.decide(operation, "approve")));
    expect(answers).toEqual([202, 202, 202]);
    await task.until("idle");
    expect(pay.given).toEqual(["7 EUR"]);
    expect(dataOf(await task.log(), "approval.decided")).toHaveLength(1);
  });

  it("two open approvals are decided one by one, each its own call", async () => {
    const { task, parked, pay } = await propose("1 EUR", "2 EUR");
    const [first, second] = parked.operations;
    expect(first?.proposal?.digest).not.toBe(second?.proposal?.digest);
    await task.decide(second, "approve");
    await task.logged("tool.returned");
    const rest = await task.until("waiting-approval");
    expect(only(rest).operationId).toBe(first?.operationId);
    expect(pay.given).toEqual(["2 EUR"]);
    await task.decide(first, "approve");
    await task.until("idle");
    expect(pay.given).toEqual(["2 EUR", "1 EUR"]);
  });

  it("the decision on one call does not decide another", async () => {
    const { task, parked, pay } = await propose("1 EUR", "2 EUR");
    const [first, second] = parked.operations;
    await resolveAwakeable(
      scene.engine,
      first?.proposal?.awakeableId ?? "",
      decision(second?.proposal?.digest),
    );
    await task.logged("approval.mismatch");
    expect((await waiting(task, 3)).operations).toHaveLength(2);
    expect(pay.given).toEqual([]);
  });

  it("calls that need no approval run meanwhile, and the task waits for the rest", async () => {
    const look = countedTool({ name: "look-meanwhile" });
    const pay = countedTool({ name: "pay-meanwhile", effect: "financial" });
    const both = asksFor(["look-meanwhile", { what: "a" }], ["pay-meanwhile", { what: "b" }]);
    const model = scriptedModel([both, says("done")]);
    const task = (await scene.open({ name: "mixed", model, tools: [look.tool, pay.tool] })).task(
      "t",
    );
    await task.start("please");
    const parked = await waiting(task);
    expect(look.given).toEqual(["a"]);
    await task.decide(only(parked), "approve");
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(look.given).toEqual(["a"]);
    expect(pay.given).toEqual(["b"]);
  });

  it("a message is taken while an approval is open, and reaches the model after it", async () => {
    const { task, parked, model } = await propose("1 EUR");
    expect(await task.send("by the way", "m")).toMatchObject({ result: "accepted" });
    await task.logged("message.received", 2);
    expect((await task.status()).status).toBe("waiting-approval");
    await task.decide(only(parked), "approve");
    await task.until("idle");
    const roles = model.requests[1]?.messages.map(({ role }) => role);
    expect(roles).toEqual(["user", "assistant", "tool", "user"]);
  });

  it("a tool may say itself whether it needs one", async () => {
    const free = countedTool({ name: "free", effect: "communication", approval: "never" });
    const strict = countedTool({ name: "strict", effect: "read", approval: "required" });
    const calls = asksFor(["free", { what: "a" }], ["strict", { what: "b" }]);
    const model = scriptedModel([calls, says("done")]);
    const tools = [free.tool, strict.tool];
    const task = (await scene.open({ name: "rules", model, tools })).task("t");
    await task.start("please");
    expect(only(await waiting(task)).tool).toBe("strict");
    await task.logged("tool.returned");
    expect(free.given).toEqual(["a"]);
    expect(strict.given).toEqual([]);
  });
});
