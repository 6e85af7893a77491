// Owns edits, rejections and questions on the real server, and what becomes of an approval when
// what was captured with it has changed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../core/digest.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { ask } from "./support/client.ts";
import { deskServices, newWorld } from "./support/desk.ts";
import { waitersOf, type Waiters } from "./support/waiters.ts";

const world = newWorld();
let engine: TestEngine;
let waiters: Waiters;
beforeAll(async () => {
  engine = await startEngine();
  await engine.serveEndpoint(deskServices(world));
});
beforeEach(async () => {
  Object.assign(world, newWorld());
  waiters = await waitersOf(engine);
});
afterAll(() => engine.stop());

describe("R39 edit, reject and ask", () => {
  it("an edit is checked by the tool, and is approved as what it makes of the call", async () => {
    const { decide, show, toldOf, approval } = await ask(engine);
    const { digest } = await show();
    const edit = { decision: "edit", digest, by: "ada", arguments: { order: "1018", cents: 900 } };
    const reply = await decide(edit);
    expect(reply).toMatchObject({ status: 200, body: { result: "settled", state: "approved" } });
    const decided = await toldOf("decided");
    const { requester, operationId, call } = approval;
    const parts = {
      argumentsDigest: digestOf(edit.arguments),
      resource: "order/1018",
      precondition: digestOf(world.order),
    };
    const { arguments: _, ...proposed } = call;
    const made = proposalDigest({
      taskUid: requester.taskUid,
      operationId,
      ...proposed,
      ...parts,
    });
    expect(decided).toMatchObject({
      decision: "approve",
      digest: made,
      by: ["ada"],
      edited: { ...parts, digest: made, arguments: { text: '{"cents":900,"order":"1018"}' } },
    });
    expect(made).not.toBe(digest);
    expect(await decide(edit)).toEqual(reply);
    expect(await show()).toMatchObject({ digest: made, call, edited: parts });
  });

  it("one that the tool does not take is 400 with the schema's words, and changes nothing", async () => {
    const { decide, show, told } = await ask(engine);
    const before = await show();
    const edit = {
      decision: "edit",
      digest: before.digest,
      by: "ada",
      arguments: { cents: "all" },
    };
    const reply = await decide(edit);
    expect(reply).toMatchObject({ status: 400, body: { metadata: { code: "invalid_edit" } } });
    expect(reply.body["message"]).toMatch(/cents: must be a number/);
    expect(await show()).toEqual(before);
    expect(await told()).toHaveLength(1);
  });

  it("R35 the tool is not asked for somebody who may not edit", async () => {
    const { decide, show } = await ask(engine);
    const { digest } = await show();
    const edit = { decision: "edit", digest, by: "owen", arguments: { cents: 1 } };
    expect((await decide(edit)).status).toBe(403);
    expect(world.proposals).toBe(0);
  });

  it("R47 large arguments are kept by reference, among the artifacts of the task's tenant", async () => {
    const { decide, show, toldOf } = await ask(engine, { tenant: "acme" });
    const given = { order: "1017", cents: 1, note: "x".repeat(2_000) };
    const { digest } = await show();
    expect((await decide({ decision: "edit", digest, by: "ada", arguments: given })).status).toBe(
      200,
    );
    const { edited } = await toldOf("decided");
    expect(edited).toMatchObject({ argumentsDigest: digestOf(given), arguments: { artifact: {} } });
    expect(world.storedFor).toEqual(["acme"]);
  });

  it("a rejection has a message, and one is enough", async () => {
    const { decide, show, toldOf } = await ask(engine, { rule: { quorum: 2 } });
    const { digest } = await show();
    await decide({ decision: "reject", digest, by: "ada", message: "Too much." });
    expect(await toldOf("decided")).toMatchObject({ decision: "reject", message: "Too much." });
    await waiters.ended();
  });

  it("a question reaches the task, and the approval stays open", async () => {
    const { decide, show, toldOf } = await ask(engine);
    const { digest } = await show();
    const reply = await decide({ decision: "ask", digest, by: "ada", question: "Which order?" });
    expect(reply).toMatchObject({ status: 200, body: { result: "asked", state: "open" } });
    expect(await toldOf("asked")).toMatchObject({ question: "Which order?" });
    expect(await show()).toMatchObject({
      state: "open",
      questions: [{ question: "Which order?" }],
    });
  });
});

describe("R37 R38 what has changed since the request", () => {
  it("is shown to who looks again, and no decision counts any more", async () => {
    const { decide, show, toldOf } = await ask(engine);
    expect((await show({ compare: true })).changes).toEqual([]);
    world.order = "shipped in between";
    world.toolVersion = "2";
    const { digest, changes, state } = await show({ compare: true });
    expect(changes).toMatchObject([
      { what: "tool-version", captured: "1", now: "2" },
      { what: "precondition", captured: digestOf("as it was"), now: digestOf(world.order) },
    ]);
    expect(state).toBe("stale");
    expect(await toldOf("stale")).toMatchObject({ changes });
    expect(await decide({ decision: "approve", digest, by: "ada" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_stale" } },
    });
    expect((await show()).changes).toEqual(changes);
    await waiters.ended();
  });

  it("R96 a policy that changed makes the next decision stale", async () => {
    const { decide, show, toldOf } = await ask(engine);
    const { digest } = await show();
    world.policyVersion = "policy-2";
    expect(await decide({ decision: "approve", digest, by: "ada" })).toMatchObject({
      status: 412,
      body: { metadata: { code: "approval_stale" } },
    });
    expect(await toldOf("stale")).toMatchObject({ changes: [{ what: "policy-version" }] });
  });

  it("an edit by a tool of another version is not taken", async () => {
    const { decide, show } = await ask(engine);
    const { digest } = await show();
    world.toolVersion = "2";
    const edit = { decision: "edit", digest, by: "ada", arguments: { cents: 1 } };
    expect((await decide(edit)).body.metadata).toMatchObject({ code: "approval_stale" });
  });
});
