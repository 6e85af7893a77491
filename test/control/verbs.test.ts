// Owns what the verbs do beyond the matrix, on a real server: what a quarantine keeps from happening,
// what a person states by hand, who owns a task, and what the ends leave.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../index.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { createGate } from "../agent/support/gate.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf } from "../agent/support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const SAID = { reason: "because", by: "olga" };
const OK = { status: 200 };
const refused = (code: string, status = 412) => ({ status, body: { metadata: { code } } });

describe("quarantine", () => {
  it("R72 L8 keeps an effect from beginning that was let through before, and resume makes it, once", async () => {
    const gate = createGate();
    const effects: string[] = [];
    const pay = defineTool({
      name: "pay-frozen",
      description: "Pays.",
      input: z.object({}),
      output: z.string(),
      effect: "financial",
      approval: "never",
      execute: async (_, { beginEffect, signal }) => {
        await gate.pass(signal);
        await beginEffect();
        effects.push("paid");
        return "paid";
      },
    });
    const model = scriptedModel([asksFor(["pay-frozen", {}]), says("done")]);
    const task = (await scene.open({ name: "frozen", model, tools: [pay] })).task("t");
    await task.start("go");
    await gate.reached();
    expect(await task.post("quarantine", SAID)).toMatchObject({ body: { status: "quarantined" } });
    gate.open();
    expect(await task.logged("call.blocked")).toMatchObject([{ code: "stopped" }]);
    expect(effects).toEqual([]);
    // Everything can be read, and nothing goes on.
    expect(await task.status()).toMatchObject({
      status: "quarantined",
      hold: { kind: "quarantined", by: "olga", reason: "because" },
      operations: [{ state: "blocked" }],
    });
    expect((await task.context()).messages).toHaveLength(3);
    expect(await task.post("pause", SAID)).toMatchObject(refused("verb_not_allowed"));
    expect(await task.post("resume", SAID)).toMatchObject(OK);
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(effects).toEqual(["paid"]);
  });

  it("R72 R46 a cancellation of a quarantined task undoes nothing unless it says so", async () => {
    const undone: string[] = [];
    const book = defineTool({
      name: "book-frozen",
      description: "Books.",
      input: z.object({}),
      output: z.string(),
      effect: "reversible",
      approval: "never",
      execute: () => "booked",
      compensate: () => {
        undone.push("booking");
        return { outcome: "undone" };
      },
    });
    const model = scriptedModel([asksFor(["book-frozen", {}]), says("booked")]);
    const task = (await scene.open({ name: "booked", model, tools: [book] })).task("t");
    await task.ask({ message: "go" });
    await task.post("quarantine", SAID);
    await task.post("cancel", SAID);
    expect((await task.until("cancelled")).settlement).toMatchObject({ undone: 0, committed: 1 });
    expect(undone).toEqual([]);
  });
});

describe("override", () => {
  it("R72 F18 R73 states a result in the place of a call: the model reads it, the log says who and why", async () => {
    const pay = countedTool({ name: "pay-override", effect: "financial" });
    const model = scriptedModel([
      asksFor(["pay-override", { what: "a" }, "c-a"], ["pay-override", { what: "b" }, "c-b"]),
      says("done"),
    ]);
    const task = (await scene.open({ name: "overridden", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    const { operations } = await task.until("waiting-approval");
    const [first, second] = operations.map(({ operationId }) => operationId);
    const result = { ...SAID, operationId: first, result: { paid: "by bank" } };
    expect(await task.post("override", { ...result, reason: "" })).toMatchObject({ status: 400 });
    expect(await task.post("override", { ...SAID, operationId: first })).toMatchObject({
      status: 400,
    });
    expect(await task.post("override", result)).toMatchObject(OK);
    const error = { code: "too_late", message: "The bank has closed." };
    expect(await task.post("override", { ...SAID, operationId: second, error })).toMatchObject(OK);
    await task.until("idle");
    expect(pay.keys).toEqual([]);
    const seen = JSON.stringify(model.requests.at(-1)?.messages);
    expect(seen).toContain("by bank");
    expect(seen).toContain("too_late");
    expect(seen).toContain("A person stated the result of pay-override (call c-a)");
    const log = await task.log();
    const stated = log.filter(({ type }) => type === "operation.overridden");
    expect(stated).toMatchObject([
      { actor: { kind: "operator", id: "olga" }, reason: "because", data: { outcome: "ok" } },
      { data: { outcome: "error" } },
    ]);
    expect(dataOf(log, "approval.withdrawn")).toHaveLength(2);
  });
});

describe("retry", () => {
  it("R72 R66 takes up a turn that failed where it failed", async () => {
    const look = countedTool({ name: "look-retry" });
    const model = scriptedModel([
      asksFor(["look-retry", { what: "x" }]),
      { kind: "terminal", code: "invalid_request" },
      says("at last"),
    ]);
    const task = (await scene.open({ name: "retried", model, tools: [look.tool] })).task("t");
    const failed = await task.ask({ message: "go", messageId: "m-1" });
    expect(failed.turn).toMatchObject({ result: "failed" });
    expect(await task.post("retry", SAID)).toMatchObject(OK);
    expect(await task.until("idle")).toMatchObject({ turn: 1, lastTurn: { answer: "at last" } });
    // Whoever asks again hears how the turn ended at last; the read was not made again.
    expect((await task.ask({ message: "go", messageId: "m-1" })).turn?.answer).toBe("at last");
    expect(look.keys).toHaveLength(1);
    expect(await task.post("retry", SAID)).toMatchObject(refused("nothing_to_retry"));
  });
});

describe("owners", () => {
  it("R68 a start needs an owner who is somebody, and a transfer is to somebody, recorded as one act", async () => {
    const people = new Map<string, "person" | "group">([
      ["ann", "person"],
      ["desk", "group"],
    ]);
    const owners = {
      required: true,
      resolve: (owner: string) => {
        const kind = people.get(owner);
        return kind === undefined ? undefined : { kind };
      },
    };
    const desk = await scene.open({
      name: "owned",
      model: scriptedModel(() => says("hi")),
      app: { owners },
    });
    const task = desk.task("t");
    const start = (more: object) => task.post("start", { message: "go", ...more });
    expect(await start({})).toMatchObject(refused("owner_required", 400));
    expect(await start({ owner: "nobody" })).toMatchObject(refused("unknown_owner", 400));
    expect(await start({ owner: "ann", escalation: "nobody" })).toMatchObject(
      refused("unknown_owner", 400),
    );
    expect(await task.post("ask", { message: "go" })).toMatchObject(refused("owner_required", 400));
    expect(await task.post("status")).toMatchObject({ status: 404 });
    expect(await start({ owner: "ann", escalation: "desk" })).toMatchObject(OK);
    expect(await task.until("idle")).toMatchObject({ owner: "ann", escalation: "desk" });
    const to = (owner: string) => task.post("transfer", { ...SAID, owner });
    expect(await to("nobody")).toMatchObject(refused("unknown_owner", 400));
    expect(await to("desk")).toMatchObject({ body: { result: "applied" } });
    expect(await task.status()).toMatchObject({ owner: "desk", escalation: "desk" });
    const changed = (await task.log()).filter(({ type }) => type === "owner.changed");
    expect(changed).toMatchObject([
      { reason: "because", actor: { id: "olga" }, data: { from: "ann", owner: "desk" } },
    ]);
  });
});

describe("ends", () => {
  it("R72 R42 retire keeps the record, revokes the grants and takes nothing more", async () => {
    const model = scriptedModel(() => says("hi"));
    const task = (await scene.open({ name: "retired", model })).task("t");
    await task.post("start", { message: "go", grants: [{ tool: "anything" }] });
    await task.until("idle");
    expect(await task.post("retire", SAID)).toMatchObject(OK);
    expect((await task.until("retired")).grants).toMatchObject({ count: 0 });
    expect(await task.post("send", { message: "more" })).toMatchObject(refused("task_ended"));
    expect(await task.post("resume", SAID)).toMatchObject(refused("verb_not_allowed"));
    const last = (await task.log()).at(-1);
    expect(last).toMatchObject({ type: "task.retired" });
  });

  it("R72 kill ends a task that cannot be cancelled, and says what it leaves", async () => {
    const gate = createGate();
    const pay = defineTool({
      name: "pay-deaf",
      description: "Pays, and does not listen.",
      input: z.object({}),
      output: z.string(),
      effect: "financial",
      approval: "never",
      execute: async () => {
        await gate.pass();
        return "paid";
      },
    });
    const model = scriptedModel([asksFor(["pay-deaf", {}])]);
    const task = (await scene.open({ name: "deaf", model, tools: [pay] })).task("t");
    await task.start("go");
    await gate.reached();
    const kill = (body: object) => scene.engine.call("holdfast.control/kill", body);
    const body = { agent: "deaf", taskId: "t", ...SAID };
    expect(await kill({ ...body, reason: "" })).toMatchObject({ status: 400 });
    expect(await kill({ ...body, agent: "nobody" })).toMatchObject({ status: 404 });
    expect(await kill({ ...body, taskId: "other" })).toMatchObject({ status: 404 });
    const [operation] = (await task.status()).operations;
    expect(await kill(body)).toMatchObject({
      status: 200,
      body: {
        status: "killed",
        settlement: {
          unknown: 1,
          committed: 0,
          operations: [
            { operationId: operation?.operationId, tool: "pay-deaf", outcome: "unknown" },
          ],
        },
      },
    });
    expect(await kill(body)).toMatchObject(refused("verb_not_allowed"));
    expect(
      await scene.engine.admin.query(
        `SELECT id FROM sys_invocation WHERE target_service_name = 'tools.pay-deaf' AND status != 'completed'`,
      ),
    ).toEqual([]);
    gate.open();
    expect((await task.log()).at(-1)).toMatchObject({ type: "task.killed", reason: "because" });
  });

  it("F19 R66 a segment that is killed behind our back is recorded, and the task is marked as resumed", async () => {
    const gate = createGate();
    const model = scriptedModel([
      (_, signal) => gate.pass(signal).then(() => says("never")),
      says("again"),
      says("next"),
    ]);
    const task = (await scene.open({ name: "shot", model })).task("t");
    await task.start("go");
    await gate.reached();
    const [segment] = await scene.engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = 'shot' AND target_handler_name IN ('run', 'begin') AND status != 'completed'`,
    );
    await scene.engine.admin.killInvocation(String(segment?.["id"]));
    // Workers' supervisor does this by itself within seconds (test/recovery).
    await task.post("recover", { reason: "the segment is gone" });
    expect(await task.until("idle")).toMatchObject({
      lastTurn: { answer: "again" },
      resumed: { cause: expect.any(String) as string, times: 1 },
    });
    expect(dataOf(await task.log(), "segment.lost")).toHaveLength(1);
    await task.ask({ message: "next" });
    expect((await task.status()).resumed).toBeUndefined();
  });
});
