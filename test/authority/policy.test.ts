// Owns what policies mean to tasks on a server: what they waive and forbid, what happens when they
// fail, and when they change between a proposal and its effect.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createApp, defineTool } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf } from "../agent/support/task.ts";
import { insistingModel } from "./support/insisting-model.ts";
import { bankOf, payment } from "./support/pay.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const look = defineTool({
  name: "look",
  description: "Looks.",
  input: z.strictObject({ at: z.string() }),
  output: z.string(),
  effect: "read",
  execute: ({ at }) => `saw ${at}`,
});

describe("R48 policies of an app", () => {
  it("may let small payments run, and record which policy and version decided", async () => {
    const bank = bankOf("pay_small", { approval: "default" });
    const desk = await scene.open({
      name: "small",
      model: insistingModel([["pay_small", payment()]]),
      tools: [bank.tool],
      app: {
        policies: `@id("small-payments")
          permit (principal, action == Action::"run", resource == Tool::"pay_small")
          when { context.arguments has amountCents && context.arguments.amountCents <= 5000 };`,
      },
    });
    await desk.task("t").start("go");
    await desk.task("t").until("idle");
    expect(bank.paid).toHaveLength(1);
    const [answered] = dataOf(await desk.task("t").log(), "model.answered");
    expect(answered?.policyVersion).toMatch(/^[0-9a-f]{64}$/);
    expect(answered?.answer.calls[0]?.check).toMatchObject({
      approval: false,
      policies: ["small-payments"],
      policyVersion: answered?.policyVersion,
      resource: "order/1017",
    });
  });

  it("R48 refuse what they fail on, and let go on what they do not fail on", async () => {
    const bank = bankOf("pay_undecided");
    const wanted = [
      ["pay_undecided", payment({ amountCents: 0.123456 })],
      ["look", { at: "it" }],
    ] as const;
    const desk = await scene.open({
      name: "undecided",
      model: insistingModel(wanted, wanted),
      tools: [bank.tool, look],
      app: {
        policies: `@id("limit") forbid (principal, action, resource)
          when { context.arguments has amountCents && context.arguments.amountCents > 100 };`,
      },
    });
    await desk.task("t").start("go");
    await desk.task("t").until("idle");
    expect(bank.paid).toEqual([]);
    const log = await desk.task("t").log();
    expect(dataOf(log, "call.refused")[0]).toMatchObject({
      code: "denied",
      message:
        "This call is not allowed: policy could not decide on this call (limit), so it is denied.",
    });
    expect(dataOf(log, "tool.returned")).toMatchObject([
      { tool: "look", outcome: "ok" },
      { tool: "look", outcome: "ok" },
    ]);
  });

  it("R37 that became stricter after the model asked make a person decide", async () => {
    const bank = bankOf("pay_stricter");
    const name = "stricter";
    const strict = `@id("ask") forbid (principal, action == Action::"run", resource == Tool::"pay_stricter");`;
    const desk = await scene.open({
      name,
      model: insistingModel([["pay_stricter", payment()]]),
      tools: [bank.tool],
      only: { tools: false },
    });
    // The tools are served by a worker that has the new policies already.
    const tools = createApp({ ...scene.surroundings, tools: [bank.tool], policies: strict });
    const worker = await tools.serve({ port: 0, only: { agents: false, waiters: false } });
    await worker.register();
    const task = desk.task("t");
    await task.start("go");
    const { operations } = await task.until("waiting-approval");
    expect(bank.paid).toEqual([]);
    expect(operations[0]?.proposal).toBeDefined();
    expect(dataOf(await task.log(), "call.blocked")).toMatchObject([
      { code: "stale", reason: "a person must approve it" },
    ]);
    await worker.drain();
  });

  it("stop the start when one does not parse, with its place", () => {
    expect(() => createApp({ ...scene.surroundings, policies: "permit (principal" })).toThrow(
      /policies:1: /,
    );
  });

  it("cost a task of reads neither a request nor a recorded word", async () => {
    const desk = await scene.open({
      name: "reader",
      model: insistingModel([["look", { at: "a" }]], [["look", { at: "b" }]]),
      tools: [],
      agent: { tools: [look] },
    });
    const task = desk.task("t");
    await task.start("go");
    await task.until("idle");
    const log = await task.log();
    const answered = dataOf(log, "model.answered");
    const { check } = answered[0]?.answer.calls[0] ?? {};
    expect(Object.keys(check ?? {}).toSorted()).toEqual(["digest", "effect", "ok", "toolVersion"]);
    // The version is said once, and not by each answer.
    expect(answered.map(({ policyVersion }) => policyVersion !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
    const asked = await scene.engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_handler_name IN ('authority', 'check')
       AND target_service_key IN ('t') AND target_service_name = 'reader'`,
    );
    expect(asked).toEqual([]);
  });
});
