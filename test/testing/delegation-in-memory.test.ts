// Owns how an agent delegates, as its author sees it in memory: typed results, keys, deadlines, and
// how a family ends.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool, delegate, sleep } from "../../index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";
import { agentOf, childrenOf, family, give, nap, onlyChild, resultsIn } from "./family.ts";

describe("R82 R24 a child", () => {
  it("R82 R24 answers, and its answer is the call's result", async () => {
    const run = family({ boss: [{ calls: [give("Add.")] }, "It is 4."], helper: ["4"] });
    await run.task.start("Go.", { owner: "ann", tenant: "acme" });
    const view = await run.task.until("idle");
    expect(view.lastTurn?.answer).toBe("It is 4.");
    const child = await onlyChild(run.task);
    expect(JSON.parse(resultsIn(run)[0] ?? "")).toMatchObject({ child: child.taskId, answer: "4" });
    // Nobody can name it again, so it is done.
    expect(await child.status()).toMatchObject({
      status: "completed",
      owner: "ann",
      tenant: "acme",
      parent: { agent: "boss", taskId: "in-memory", depth: 1, taskUid: view.taskUid },
    });
    expect(view.children).toBeUndefined();
    const [end] = (await run.task.events()).filter(({ type }) => type === "tool.returned");
    expect(end?.data).toMatchObject({ via: "child", child: { taskId: child.taskId } });
  });

  it("R82 answers JSON where its agent has an output schema", async () => {
    const run = family({
      boss: [{ calls: [give("Add.")] }, "Ok."],
      helper: ['{"sum":4}'],
      helperIs: { output: z.object({ sum: z.number() }) },
    });
    await run.task.ask("Go.");
    expect(JSON.parse(resultsIn(run)[0] ?? "")).toMatchObject({ answer: { sum: 4 } });
  });

  it("R24 is messaged again by its key, remembers, and ends with its parent", async () => {
    const run = family({
      boss: [
        { calls: [give("Add 2 and 2.", { key: "sums" })] },
        { calls: [give("And 3?", { key: "sums" })] },
        "It is 7.",
      ],
      helper: ["4", "7"],
    });
    await run.task.start("Go.");
    const { children = [] } = await run.task.until("idle");
    expect(children).toEqual([{ agent: "helper", taskId: expect.any(String), operations: [] }]);
    const child = await onlyChild(run.task);
    expect((await child.status()).status).toBe("idle");
    expect(resultsIn(run).map((each) => (JSON.parse(each) as { answer: string }).answer)).toEqual([
      "4",
      "7",
    ]);
    await run.task.control({ verb: "complete", reason: "done", by: "ann" });
    await child.until("retired");
  });

  it("R82 that two calls name at once answers each in a turn of its own", async () => {
    const run = family({
      boss: [{ calls: [give("One.", { key: "k" }), give("Two.", { key: "k" })] }, "Ok."],
      helper: ["first", "second"],
    });
    await run.task.ask("Go.");
    expect(resultsIn(run)[0]).toContain('"first"');
    expect(resultsIn(run)[1]).toContain('"second"');
  });

  it("R82 fails, and its parent reads which task and why", async () => {
    const run = family({
      boss: [{ calls: [give("Try.")] }, "It failed."],
      helper: [{ failure: "context_overflow" }],
    });
    await run.task.ask("Go.");
    const child = await onlyChild(run.task);
    expect(JSON.parse(resultsIn(run)[0] ?? "")).toMatchObject({
      error: "child_failed",
      message: expect.stringMatching(new RegExp(`${child.taskId}.*context_overflow`)) as string,
    });
  });

  it("R82 is cancelled by somebody, and its parent goes on", async () => {
    const run = family({
      boss: [{ calls: [give("Wait.")] }, "Ok."],
      helper: [{ calls: [nap(60)] }],
    });
    await run.task.start("Go.");
    await run.task.until("waiting-child");
    const child = await onlyChild(run.task);
    await child.until("waiting-timer");
    await child.cancel({ by: "ann", reason: "enough" });
    await run.task.until("idle");
    expect(resultsIn(run)[0]).toContain("child_cancelled");
  });
});

describe("a deadline", () => {
  const slow = [{ calls: [nap(3_600)] }, "Late."];
  const boss = [{ calls: [give("Hurry.", { deadline_seconds: 60 })] }, "Too slow."];

  it("R82 F12 passes: the parent is told, and the child is cancelled", async () => {
    const run = family({ boss, helper: slow });
    await run.task.start("Go.");
    await run.task.until("waiting-child");
    const child = await onlyChild(run.task);
    await run.task.clock.advance(60_000);
    expect((await run.task.status()).lastTurn?.answer).toBe("Too slow.");
    expect(resultsIn(run)[0]).toContain("child_timed_out");
    await child.until("cancelled");
    expect((await run.task.status()).children).toBeUndefined();
  });

  it("R82 may leave the child running, until its parent ends", async () => {
    const helper = agentOf("helper", [sleep]);
    const tool = delegate({ agents: [helper], onTimeout: "leave-running" });
    const run = family({ boss, helper: slow, tool });
    await run.task.start("Go.");
    await run.task.until("waiting-child");
    await run.task.clock.advance(60_000);
    const child = await onlyChild(run.task);
    expect((await child.status()).status).toBe("waiting-timer");
    expect(resultsIn(run)[0]).toContain("It goes on");
    await run.task.cancel({ reason: "not wanted" });
    await run.task.until("cancelled");
    expect((await child.status()).status).toBe("cancelled");
  });
});

describe("F31 the end of a parent", () => {
  it("F31 R82 cancels the whole tree, waits for it, and reports each child", async () => {
    const leaf = agentOf("leaf", [sleep]);
    const helper = agentOf("helper", [delegate({ agents: [leaf] })]);
    const boss = agentOf("boss", [delegate({ agents: [helper] })]);
    const models = {
      boss: scriptedModel([{ calls: [give("Delegate it.")] }]),
      helper: scriptedModel([
        { calls: [{ tool: "delegate", arguments: { agent: "leaf", message: "Sleep." } }] },
      ]),
      leaf: scriptedModel([{ calls: [nap(3_600)] }]),
    };
    const task = runInMemory({ agent: boss, children: [helper, leaf], providers: models });
    await task.start("Go.");
    await task.until("waiting-child");
    const child = await onlyChild(task);
    await child.until("waiting-child");
    const [leafId = ""] = childrenOf(await child.events());
    const grandchild = task.child("leaf", leafId);
    expect((await grandchild.status()).parent).toMatchObject({ agent: "helper", depth: 2 });
    await task.cancel({ by: "ann", reason: "enough" });
    const { settlement } = await task.until("cancelled");
    expect(settlement?.children).toEqual([
      { agent: "helper", taskId: child.taskId, outcome: "cancelled" },
    ]);
    expect((await child.status()).status).toBe("cancelled");
    expect((await grandchild.status()).status).toBe("cancelled");
    const asked = (await child.events()).find(({ type }) => type === "cancel.requested");
    expect(asked).toMatchObject({ actor: { id: "parent" } });
  });

  it("F31 R72 withdraws one call and its child alone", async () => {
    const run = family({
      boss: [{ calls: [give("One."), give("Two.")] }, "Ok."],
      helper: [{ calls: [nap(60)] }, "Done."],
    });
    await run.task.start("Go.");
    const { operations } = await run.task.until("waiting-child");
    const [first = "", second = ""] = childrenOf(await run.task.events());
    const operationId = operations[0]?.operationId ?? "";
    await run.task.withdraw({ operationId, reason: "not needed", by: "ann" });
    await run.task.child("helper", first).until("cancelled");
    expect((await run.task.child("helper", second).status()).status).toBe("waiting-timer");
    await run.task.until("idle", { withinMs: 120_000 });
    expect(resultsIn(run)[0]).toContain("not needed");
    expect(resultsIn(run)[1]).toContain('"Done."');
  });
});

describe("F31 a child with a key", () => {
  const keyed = { calls: [give("One.", { key: "k" })] };
  const finish = defineTool({
    name: "finish",
    description: "Ends the task.",
    input: z.object({}),
    output: z.string(),
    effect: "read",
    endsTask: true,
    execute: () => "finished",
  });

  it.each([
    ["an answer", [keyed, "Done."], { oneShot: true }],
    ["a tool", [keyed, { calls: [{ tool: "finish", arguments: {} }] }], {}],
  ] as const)("F31 ends with a parent that %s ends", async (_, boss, more) => {
    const helper = agentOf("helper");
    const tools = [delegate({ agents: [helper] }), finish];
    const run = family({ boss, helper: ["Ok."], bossIs: { tools, ...more } });
    await run.task.start("Go.");
    await run.task.until("completed");
    expect((await (await onlyChild(run.task)).status()).status).toBe("retired");
  });

  it("F31 R72 that two calls wait for is left alone when one is withdrawn", async () => {
    const run = family({
      boss: [{ calls: [give("One.", { key: "k" }), give("Two.", { key: "k" })] }, "Ok."],
      helper: [{ calls: [nap(60)] }, "first", "second"],
    });
    await run.task.start("Go.");
    const { operations } = await run.task.until("waiting-child");
    const withdrawn = { operationId: operations[0]?.operationId ?? "", reason: "not needed" };
    await run.task.withdraw({ ...withdrawn, by: "ann" });
    await run.task.until("idle", { withinMs: 120_000 });
    expect(resultsIn(run)[0]).toContain("not needed");
    expect(resultsIn(run)[1]).toContain('"second"');
  });

  it("F31 R82 that has ended says so to a later call, and another key makes another", async () => {
    const run = family({
      boss: [
        { calls: [give("One.", { key: "k" })] },
        { calls: [give("Two.", { key: "k" })] },
        { calls: [give("Three.", { key: "l" })] },
        "Ok.",
      ],
      helper: ["Ok."],
      helperIs: { oneShot: true },
    });
    await run.task.ask("Go.");
    expect(resultsIn(run)[1]).toContain("child_ended");
    expect(resultsIn(run)[2]).toContain('"Ok."');
  });
});
