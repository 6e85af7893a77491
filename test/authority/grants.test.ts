// Owns what a task may do on a server: by its grants in every scope, where a call is proposed and
// where its effect happens, and what becomes of a task whose grant has expired.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Grant } from "../../contract/grant.ts";
import { defineTool } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf } from "../agent/support/task.ts";
import { insistingModel } from "./support/insisting-model.ts";
import { bankOf, payment } from "./support/pay.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const limits = [
  { path: "amountCents", max: 5_000 },
  { path: "to", domain: ["example.com"] },
];
const GRANT = { actor: "ann", tenant: "acme", resource: "order/10*", limits };
const PATIENT = { maxUnusableAnswers: 20, maxRepeatedCalls: 20 };

describe("R42 a task that was given grants", () => {
  it("does what one of them covers, whatever its model insists on", async () => {
    const bank = bankOf("pay_granted");
    const other = bankOf("pay_other");
    const beyond = [
      ["pay_other", payment()],
      ["pay_granted", payment({ order: "2017" })],
      ["pay_granted", payment({ amountCents: 5_001 })],
      ["pay_granted", payment({ to: "ann@example.com.evil.org" })],
    ] as const;
    const model = insistingModel(beyond, [...beyond, ["pay_granted", payment()]], beyond);
    const tools = [bank.tool, other.tool];
    const desk = await scene.open({ name: "granted", model, tools, limits: PATIENT });
    const task = desk.task("t");
    const grants: Grant[] = [{ tool: "pay_granted", ...GRANT }];
    await task.post("start", { message: "go", owner: "ann", tenant: "acme", grants });
    const view = await task.until("idle");
    expect([bank.paid, other.paid]).toEqual([["1017 4200 ann@example.com"], []]);
    const log = await task.log();
    expect(log[0]).toMatchObject({ data: { tenant: "acme", grants } });
    expect(view).toMatchObject({ tenant: "acme", grants: { count: 1 } });
    const refused = dataOf(log, "call.refused");
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["denied"]));
    expect(refused.slice(0, 4).map(({ message }) => message)).toEqual([
      "This call is not allowed: no grant of this task covers the tool.",
      "This call is not allowed: the tool is granted, but not for this resource.",
      expect.stringContaining("with a limit on the argument amountCents"),
      expect.stringContaining("with a limit on the argument to"),
    ]);
  });

  it.each([
    ["actor", { owner: "bob", tenant: "acme" }],
    ["tenant", { owner: "ann", tenant: "other" }],
    ["actor and tenant", {}],
  ])("does nothing for another %s", async (scope, who) => {
    const name = `whose_${scope.replaceAll(" ", "_")}`;
    const bank = bankOf(`pay_${name}`);
    const wanted = [[`pay_${name}`, payment()]] as const;
    const model = insistingModel(wanted, wanted);
    const desk = await scene.open({ name, model, tools: [bank.tool], limits: PATIENT });
    const task = desk.task("t");
    const grants = [{ tool: `pay_${name}`, ...GRANT }];
    await task.post("start", { message: "go", ...who, grants });
    await task.until("idle");
    expect(bank.paid).toEqual([]);
    expect(dataOf(await task.log(), "call.refused")).toMatchObject([
      { code: "denied" },
      { code: "denied" },
    ]);
  });

  it("L8 loses them also between a person's approval and the effect", async () => {
    const bank = bankOf("pay_late", { approval: "default" });
    const model = insistingModel([["pay_late", payment()]]);
    const desk = await scene.open({ name: "late_loss", model, tools: [bank.tool] });
    const task = desk.task("t");
    await task.post("start", { message: "go", grants: [{ tool: "pay_*" }] });
    const { operations } = await task.until("waiting-approval");
    const taken = { grants: [{ tool: "pay_late", limits: [limits[0]], resource: "order/2*" }] };
    const given = await task.post("grant", { ...taken, reason: "too much", by: "ada" });
    expect(given.body).toMatchObject({ result: "recorded", status: "waiting-approval" });
    expect(await task.decide(operations[0], "approve")).toBe(202);
    await task.until("idle");
    expect(bank.paid).toEqual([]);
    const log = await task.log();
    expect(log.find(({ type }) => type === "grants.changed")).toMatchObject({
      actor: { kind: "operator", id: "ada" },
      reason: "too much",
    });
    expect(dataOf(log, "call.blocked")).toMatchObject([
      { code: "denied", reason: "the tool is granted, but not for this resource" },
    ]);
    expect(dataOf(log, "tool.returned")).toMatchObject([{ outcome: "error", code: "denied" }]);
  });

  it("R42 has no more than its agent gives, and says what goes beyond", async () => {
    const bank = bankOf("pay_capped");
    const most = [{ tool: "pay_capped", limits: [{ path: "amountCents", max: 100 }] }];
    const model = insistingModel([["pay_capped", payment()]]);
    const tools = [bank.tool];
    const desk = await scene.open({ name: "capped", model, tools, agent: { grants: most } });
    const wider = [{ id: "wide", tool: "pay_capped" }];
    const refused = { status: 400, body: { metadata: { code: "invalid_input" } } };
    const task = desk.task("t");
    const answer = await task.post("start", { message: "go", grants: wider });
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer.body)).toContain('grant \\"wide\\" goes beyond');
    await task.start("go");
    await task.until("idle");
    expect(bank.paid).toEqual([]);
    expect((await task.log())[0]).toMatchObject({ data: { grants: most } });
    expect(await task.post("grant", { grants: wider, reason: "please" })).toMatchObject(refused);
  });
});

describe("R43 a grant that has expired", () => {
  it.each([
    ["an effect", "financial"],
    ["a read", "read"],
  ] as const)("keeps %s waiting, which goes on at the same step", async (_, effect) => {
    const name = `pay_expired_${effect}`;
    const done: string[] = [];
    const tool = defineTool({
      name,
      description: "Does it.",
      input: z.strictObject({ what: z.string() }),
      output: z.string(),
      effect,
      approval: "never",
      execute: ({ what }) => String(done.push(what)),
    });
    const model = insistingModel([[name, { what: "it" }]]);
    const desk = await scene.open({ name: `expired_${effect}`, model, tools: [tool] });
    const task = desk.task("t");
    await task.post("start", { message: "go", grants: [{ tool: name, expiresAt: 1 }] });
    expect(await task.until("waiting-auth")).toMatchObject({
      reason: "the tool is granted, but the grant has expired",
      operations: [{ state: "blocked", blocked: { code: "credential" } }],
    });
    expect(done).toEqual([]);
    const fresh = { grants: [{ tool: name }], reason: "for today", by: "ada" };
    expect((await task.post("grant", fresh)).body).toMatchObject({ result: "recorded" });
    await task.until("idle");
    expect(done).toEqual(["it"]);
    expect(model.requests).toHaveLength(2);
    expect(dataOf(await task.log(), "tool.returned")).toMatchObject([
      { step: 1, attempt: 2, outcome: "ok" },
    ]);
  });
});

describe("R44 a tenant's credential", () => {
  it("is given to no task of another tenant", async () => {
    const seen: string[] = [];
    const tool = defineTool({
      name: "ask_shop",
      description: "Asks the shop.",
      input: z.strictObject({}),
      output: z.string(),
      effect: "read",
      credentials: ["shop-api"],
      async execute(_, context) {
        seen.push(await context.credential("shop-api"));
        return "asked";
      },
    });
    const desk = await scene.open({
      name: "tenants",
      model: insistingModel([["ask_shop", {}]]),
      tools: [tool],
      app: {
        credentials: {
          resolve: async ({ tenant }) =>
            tenant === "acme"
              ? { outcome: "ok", value: "the-key-of-acme", source: "the test" }
              : { outcome: "missing", fix: "put a key there" },
        },
      },
    });
    await desk.task("a").post("start", { message: "go", tenant: "acme" });
    await desk.task("a").until("idle");
    await desk.task("b").post("start", { message: "go for acme", tenant: "other" });
    await desk.task("b").until("waiting-auth");
    await desk.task("c").post("start", { message: "go" });
    await desk.task("c").until("waiting-auth");
    expect(seen).toEqual(["the-key-of-acme"]);
  });
});
