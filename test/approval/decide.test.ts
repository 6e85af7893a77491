// Owns approvals on the real server: who is first, what each is told, what the task hears, and
// that nothing is left open behind them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { digestOf } from "../../core/digest.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { ask } from "./support/client.ts";
import { BREAKER, DENIED, deskServices, MISSING_SEQ, newWorld } from "./support/desk.ts";
import { waitersOf, type Waiters } from "./support/waiters.ts";

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
  await engine.serveEndpoint(deskServices(newWorld()));
});
let waiters: Waiters;
beforeEach(async () => {
  waiters = await waitersOf(engine);
});
afterAll(() => engine.stop());

describe("R33 R34 R35 R36 show", () => {
  it("has the whole package: the exact call, the evidence, the rule, the end of it", async () => {
    const { approval, show } = await ask(engine);
    const view = await show();
    const { call, requester, operationId, evidence, rule, requestedAt } = approval;
    const { arguments: _, ...parts } = call;
    expect(view).toMatchObject({
      state: "open",
      digest: proposalDigest({ taskUid: requester.taskUid, operationId, ...parts }),
      call,
      requester,
      evidence,
      deciders: "anyone",
      excluded: ["owen", "rita", "desk"],
      approvals: 0,
      quorum: 1,
      expiresAt: requestedAt + rule.expiresAfterMs,
      awakeableId: expect.stringMatching(/^sign_/),
      changes: [],
    });
  });

  it("R34 a request whose evidence is missing is blocked, and nobody can approve it", async () => {
    const approval = await ask(engine, {
      until: "blocked",
      evidence: [{ seq: MISSING_SEQ, hash: "" }],
    });
    expect(await approval.toldOf("blocked")).toMatchObject({ reason: /404/ });
    const { digest } = await approval.show();
    expect(await approval.decide({ decision: "approve", digest, by: "ada" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_blocked" } },
    });
  });

  it("asked for twice is one request", async () => {
    const { approval, told } = await ask(engine);
    await engine.call(`desk/${approval.requester.taskId}/ask`, approval);
    await engine.call(`desk/${approval.requester.taskId}/ask`, { ...approval, owner: "mallory" });
    const second = await ask(engine);
    await second.show();
    expect(await told()).toHaveLength(1);
  });
});

describe("R96 F14 two who decide at the same moment", () => {
  it("have one winner, and the loser is told who decided what and when", async () => {
    const { decide, show, told } = await ask(engine);
    const { digest } = await show();
    const names = ["ada", "ben", "cleo", "dan"];
    const replies = await Promise.all(
      names.map((by, index) =>
        decide({ decision: index % 2 === 0 ? "approve" : "reject", digest, by }),
      ),
    );
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const winner = won[0]?.body["receipt"] as { by: string; at: number; receiptId: string };
    for (const { status, body } of replies) {
      if (status === 200) continue;
      expect([status, body]).toMatchObject([412, { metadata: { code: "approval_decided" } }]);
      const { by, at, receiptId: receipt } = winner;
      expect(body.metadata).toMatchObject({ by, at: String(at), receipt });
    }
    expect((await told()).filter(({ type }) => type === "decided")).toHaveLength(1);
    await waiters.ended();
  });

  it("and the same one twice at once, or later, gets the same receipt", async () => {
    const { decide, show, toldOf, told } = await ask(engine);
    const body = { decision: "approve", digest: (await show()).digest, by: "ada" };
    const replies = await Promise.all([1, 2, 3].map(() => decide(body)));
    replies.push(await decide(body));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(replies[0]).toMatchObject({
      status: 200,
      body: { result: "settled", state: "approved" },
    });
    expect(await toldOf("decided")).toMatchObject({ decision: "approve", by: ["ada"] });
    expect(await told()).toHaveLength(2);
  });
});

describe("what is refused", () => {
  it("an approval that is not there is 404, and what is private is not for outside", async () => {
    const at = `${APPROVAL_SERVICE}/${"0".repeat(64)}`;
    const body = { decision: "approve", digest: "0".repeat(64) };
    for (const [handler, sent] of [
      ["decide", body],
      ["show", {}],
    ] as const) {
      expect(await engine.call(`${at}/${handler}`, sent)).toMatchObject({
        status: 404,
        body: { metadata: { code: "approval_not_found" } },
      });
    }
    for (const handler of ["open", "judge", "wake", "tick", "withdraw", "changed"]) {
      expect((await engine.call(`${at}/${handler}`, {})).status, handler).toBe(400);
    }
  });

  it.each([
    ["no digest", { decision: "approve" }, /digest/],
    ["another decision", { decision: "maybe", digest: "0".repeat(64) }, /decision/],
    ["an edit without arguments", { decision: "edit", digest: "0".repeat(64) }, /arguments/],
    ["an edit to a list", { decision: "edit", digest: "0".repeat(64), arguments: [] }, /object/],
    ["a question without words", { decision: "ask", digest: "0".repeat(64) }, /question/],
    ["more than there is", { decision: "approve", digest: "0".repeat(64), arguments: {} }, /form/],
  ])("a body with %s is 400", async (what, body, message) => {
    const { decide, told } = await ask(engine);
    const reply = await decide(body);
    expect(reply).toMatchObject({ status: 400, body: { metadata: { code: "invalid_input" } } });
    expect(reply.body["message"]).toMatch(message);
    expect(await told()).toHaveLength(1);
  });

  it("R33 a body that says two things is 400", async () => {
    const { id, show } = await ask(engine);
    const { digest } = await show();
    const body = `{"decision":"reject","decision":"approve","digest":"${digest}","by":"ada"}`;
    const url = `${engine.ingressUrl}/restate/call/${APPROVAL_SERVICE}/${id}/decide`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(400);
    expect((await show()).state).toBe("open");
  });

  it("R35 R97 who may not decide is 403, and the task's log gets to know", async () => {
    const { decide, show, told } = await ask(engine);
    const { digest } = await show();
    for (const by of ["owen", "rita", DENIED, BREAKER]) {
      expect(await decide({ decision: "approve", digest, by })).toMatchObject({
        status: 403,
        body: { metadata: { code: "approval_forbidden" } },
      });
    }
    expect((await told()).slice(1)).toMatchObject([
      { type: "refused", by: "owen", reason: "own-request" },
      { type: "refused", by: "rita", reason: "own-request" },
      { type: "refused", by: DENIED, reason: "policy" },
      { type: "refused", by: BREAKER, reason: "policy" },
    ]);
    expect((await show()).state).toBe("open");
  });

  it("F16 another digest is 412, and the task's log gets to know", async () => {
    const { decide, toldOf } = await ask(engine);
    const body = { decision: "approve", digest: digestOf("another call"), by: "ada" };
    expect(await decide(body)).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_mismatch" } },
    });
    expect(await toldOf("mismatch")).toMatchObject({ by: "ada" });
  });

  it("F15 after the task withdrew it is 410; a withdrawal after the decision changes nothing", async () => {
    const withdrawn = await ask(engine);
    const { digest } = await withdrawn.show();
    await withdrawn.tell("withdraw", { reason: "the task was cancelled" });
    await withdrawn.toldOf("withdrawn");
    expect(await withdrawn.decide({ decision: "approve", digest, by: "ada" })).toMatchObject({
      status: 410,
      body: { metadata: { code: "approval_withdrawn" } },
    });
    const decided = await ask(engine);
    const body = { decision: "approve", digest: (await decided.show()).digest, by: "ada" };
    const reply = await decided.decide(body);
    await decided.tell("withdraw", { reason: "the task was cancelled" });
    expect(await decided.decide(body)).toEqual(reply);
    expect((await decided.show()).state).toBe("approved");
    await waiters.ended();
  });
});

describe("R97 two of three", () => {
  it("says how many there are, and settles with the second", async () => {
    const rule = { deciders: ["ada", "ben", "cleo"], quorum: 2 };
    const { decide, show, toldOf } = await ask(engine, { rule });
    const { digest } = await show();
    const first = await decide({ decision: "approve", digest, by: "ada", message: "looks right" });
    expect(first).toMatchObject({
      status: 200,
      body: { result: "recorded", approvals: 1, quorum: 2 },
    });
    expect(await toldOf("recorded")).toMatchObject({ approvals: 1, message: "looks right" });
    expect(await decide({ decision: "approve", digest, by: "ada" })).toEqual(first);
    expect(await show()).toMatchObject({ state: "open", approvals: 1 });
    expect(await decide({ decision: "approve", digest, by: "cleo" })).toMatchObject({
      body: { result: "settled", approvals: 2 },
    });
    expect(await toldOf("decided")).toMatchObject({ by: ["ada", "cleo"], via: "decide" });
  });
});

describe("F16 whoever holds the awakeable's id", () => {
  it("decides where the rule says that this is enough, once", async () => {
    const { resolve, show, toldOf, decide, told } = await ask(engine);
    const { digest, awakeableId = "" } = await show();
    expect(await resolve(awakeableId, { decision: "approve", digest })).toBe(202);
    expect(await toldOf("decided")).toMatchObject({
      decision: "approve",
      via: "awakeable",
      by: [],
    });
    expect(await resolve(awakeableId, { decision: "reject", digest })).toBe(202);
    expect((await decide({ decision: "reject", digest, by: "ada" })).status).toBe(412);
    expect((await told()).map(({ type }) => type)).toEqual(["opened", "decided"]);
    await waiters.ended();
  });

  it.each([
    ["the rule wants names", { deciders: ["ada"] }],
    ["the rule says that it is not", { bareAwakeable: false }],
    ["two are needed", { quorum: 2 }],
  ])("decides nothing where %s, and a new awakeable is opened", async (why, rule) => {
    const { resolve, show, toldOf, decide } = await ask(engine, { rule });
    const { digest, awakeableId = "" } = await show();
    await resolve(awakeableId, { decision: "approve", digest, by: "ada" });
    expect(await toldOf("mismatch")).toMatchObject({ awakeableId });
    const reopened = await toldOf("opened", 2);
    expect(reopened.awakeableId).not.toBe(awakeableId);
    expect(await show()).toMatchObject({
      state: "open",
      approvals: 0,
      awakeableId: reopened.awakeableId,
    });
    // The way with a name is open as before.
    expect((await decide({ decision: "reject", digest, by: "ada" })).status).toBe(200);
    await waiters.ended();
  });

  it.each([
    ["nonsense", "approve! canary-4711", "resolve"],
    ["another digest", { decision: "approve", digest: digestOf("canary-4711") }, "resolve"],
    ["a rejected awakeable", "canary-4711", "reject"],
  ] as const)(
    "says %s: recorded without its words, and everything stays open",
    async (...given) => {
      const [, body, verb] = given;
      const { resolve, show, toldOf, told } = await ask(engine);
      const { awakeableId = "" } = await show();
      await resolve(awakeableId, body, verb);
      await toldOf("opened", 2);
      expect(JSON.stringify(await told())).not.toContain("canary-4711");
      expect((await show()).state).toBe("open");
    },
  );
});
