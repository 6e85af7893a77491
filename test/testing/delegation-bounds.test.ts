// Owns what bounds delegation, as an author sees it in memory: whom work may be given to, how deep and
// how much at once, what a child may do, and the budget that it draws on.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineBudgets, defineTool, delegate, sleep } from "../../index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";
import { agentOf, childrenOf, family, give, nap, onlyChild, resultsIn } from "./family.ts";

describe("who may be given what", () => {
  it("R24 F3 refuses agents that are not listed, and a message that is none", async () => {
    const calls = [
      { tool: "delegate", arguments: { agent: "boss", message: "Recur." } },
      give("  "),
      give("Add.", { deadline_seconds: 1e9 }),
    ];
    const run = family({ boss: [{ calls }, "Ok."], helper: [] });
    await run.task.ask("Go.");
    for (const result of resultsIn(run)) expect(result).toContain("invalid_arguments");
    expect(childrenOf(await run.task.events())).toEqual([]);
  });

  it("F31 is as deep as the agents allow, and no deeper", async () => {
    const same = { name: "boss" };
    const boss = agentOf("boss", [delegate({ agents: [same] })], { limits: { maxChildDepth: 2 } });
    const deeper = { tool: "delegate", arguments: { agent: "boss", message: "Deeper." } };
    const model = scriptedModel([
      { calls: [deeper] },
      ({ messages }) => messages.map((each) => ("text" in each ? each.text : "")).join("|"),
    ]);
    const task = runInMemory({ agent: boss, providers: { boss: model } });
    await task.start("Go.");
    const { lastTurn } = await task.until("idle");
    expect(lastTurn?.answer).toContain("delegation_too_deep");
    // Of three generations the last is told so, and none was made below it.
    expect(model.requests()).toHaveLength(6);
  });

  it("R42 R24 never may do more than its parent", async () => {
    const read = (name: string) =>
      defineTool({
        name,
        description: "Reads.",
        input: z.object({}),
        output: z.string(),
        effect: "read",
        execute: () => `${name} was read`,
      });
    const tools = [read("ledger"), read("mail")];
    const helper = agentOf("helper", tools);
    const boss = agentOf("boss", [delegate({ agents: [helper] })]);
    const models = {
      boss: scriptedModel([{ calls: [give("Read.")] }, "Ok."]),
      helper: scriptedModel([
        { calls: tools.map(({ name }) => ({ tool: name, arguments: {} })) },
        ({ messages }) => messages.map((each) => ("text" in each ? each.text : "")).join("|"),
      ]),
    };
    const task = runInMemory({ agent: boss, children: [helper], providers: models });
    await task.start("Go.", { grants: [{ tool: "delegate" }, { tool: "ledger" }] });
    await task.until("idle");
    const [result = ""] = resultsIn({ models });
    expect(result).toContain("ledger was read");
    expect(result).not.toContain("mail was read");
    expect(result).toContain("no grant of this task covers the tool");
  });

  it("R97 the persons of the parent's turn have a part in the child's", async () => {
    const run = family({ boss: [{ calls: [give("Add.")] }, "Ok."], helper: ["4"] });
    await run.task.ask("Go.", { from: "ann", messageId: "m-1" });
    const child = await onlyChild(run.task);
    const received = (await child.events()).find(({ type }) => type === "message.received");
    expect(received).toMatchObject({
      actor: { kind: "agent", id: "boss" },
      data: { asked: { agent: "boss", persons: ["ann"] } },
    });
  });
});

describe("F30 many children", () => {
  it("F30 R24 are at work so many at once, in order, and keep what they have", async () => {
    let working = 0;
    let most = 0;
    const order: string[] = [];
    const helper = agentOf("helper", [sleep]);
    const limits = { maxOpenChildren: 16, maxCallsPerAnswer: 1_000 };
    const boss = agentOf("boss", [delegate({ agents: [helper] })], { limits });
    const calls = Array.from({ length: 200 }, (_, n) => give(`Part ${n}.`));
    const models = {
      boss: scriptedModel([{ calls }, "All."]),
      helper: scriptedModel([
        ({ messages: [first] }) => {
          working += 1;
          most = Math.max(most, working);
          order.push(first?.role === "user" ? first.text : "");
          return { calls: [nap(60)] };
        },
        () => {
          working -= 1;
          return "Done.";
        },
      ]),
    };
    const task = runInMemory({ agent: boss, children: [helper], providers: models });
    await task.start("Go.");
    await task.until("waiting-child");
    expect((await task.status()).children).toHaveLength(16);
    await task.until("idle", { withinMs: 7_200_000 });
    expect(most).toBe(16);
    expect(order.slice(0, 20)).toEqual(calls.slice(0, 20).map((each) => each.arguments.message));
    const ends = (await task.events()).filter(({ type }) => type === "tool.returned");
    expect(ends).toHaveLength(200);
    expect(new Set(childrenOf(await task.events())).size).toBe(200);
  });
});

describe("R98 R49 a budget", () => {
  it("R98 R49 of the parent is drawn on by its children, which wait and go on when it is extended", async () => {
    const helper = agentOf("helper", [], { limits: { maxOutputTokens: 100 } });
    const limits = { maxOpenChildren: 50, maxCallsPerAnswer: 64, maxOutputTokens: 100 };
    const boss = agentOf("boss", [delegate({ agents: [helper] })], { limits });
    const calls = Array.from({ length: 50 }, (_, n) => give(`Part ${n}.`));
    const models = { boss: scriptedModel([{ calls }, "All."]), helper: scriptedModel(["Done."]) };
    const budgets = defineBudgets({ levels: { task: { limit: { steps: 11 } } } });
    const task = runInMemory({ agent: boss, children: [helper], providers: models, budgets });
    await task.start("Go.");
    const key = `task/${(await task.status()).taskUid}`;
    // One call of the parent, and ten of its children.
    await task.until("waiting-child");
    await task.clock.advance(120_000);
    const shown = await task.budgets.show(key);
    expect(shown.highWater.steps).toBeLessThanOrEqual(11);
    const ended = (await task.events()).filter(({ type }) => type === "tool.returned");
    expect(ended).toHaveLength(10);
    await task.budgets.limit(key, { extend: { steps: 100 }, by: "ann", reason: "more" });
    await task.until("idle", { withinMs: 600_000 });
    expect((await task.budgets.show(key)).used.steps).toBe(52);
  });
});
