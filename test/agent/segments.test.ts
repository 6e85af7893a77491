// Owns the tests of segments: commands that come while one runs, tools that take long, the
// bounds of a segment, and what is kept by reference.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationView } from "../../contract/api.ts";
import { DEFAULT_INLINE_LIMIT_BYTES } from "../../contract/artifact.ts";
import { RESULT_EXCERPT_BYTES } from "../../contract/tool.ts";
import { chainProblem } from "../../core/log.ts";
import { countedTool, type CountedToolSpec } from "./support/clerk-tools.ts";
import { createGate } from "./support/gate.ts";
import { type DeskSpec, openScene, type Scene } from "./support/scene.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, openCallsOf, openInvocations, restsWith } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

let last = 0;

/** A task whose model calls its tool with these, one per step, and then is done. */
async function work(
  steps: readonly string[],
  spec: Omit<CountedToolSpec, "name"> = {},
  more: Partial<DeskSpec> = {},
) {
  last += 1;
  const counted = countedTool({ name: `tool-${last}`, ...spec });
  const script = steps.map((what) => asksFor([`tool-${last}`, { what }]));
  const model = scriptedModel([...script, says("done")]);
  const desk = await scene.open({ name: `desk-${last}`, model, tools: [counted.tool], ...more });
  return { task: desk.task("t"), model, ...counted };
}

describe("a message while a segment runs", () => {
  it("is applied while a slow tool runs, and the tool runs once", async () => {
    const gate = createGate();
    const { task, model, keys } = await work(["x"], { gate });
    await task.start("go");
    await gate.reached();
    await task.send("by the way", "m");
    // Within the tool's run: it is still at the gate.
    const received = await task.logged("message.received", 2);
    expect(received[1]).toMatchObject({ messageId: "m", turn: 1 });
    await task.logged("segment.started", 1);
    gate.open();
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(keys).toHaveLength(1);
    expect(model.requests[1]?.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "user",
    ]);
    expect(dataOf(await task.log(), "segment.started")).toHaveLength(2);
  });

  it("waits for a model call in flight, whose answer is kept, and is in the next one", async () => {
    const gate = createGate();
    const model = scriptedModel([
      () => gate.pass().then(() => asksFor(["kept", { what: "x" }])),
      says("done"),
    ]);
    const kept = countedTool({ name: "kept" });
    const task = (await scene.open({ name: "keeper", model, tools: [kept.tool] })).task("t");
    await task.start("go");
    await gate.reached();
    await task.send("one more thing", "m");
    gate.open();
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    // Two calls in all: the first was neither cut short nor made again.
    expect(model.requests).toHaveLength(2);
    expect(kept.keys).toHaveLength(1);
    const types = (await task.log()).map(({ type }) => type);
    expect(types).not.toContain("model.aborted");
    expect(types.indexOf("message.received", 2)).toBeGreaterThan(types.indexOf("model.answered"));
  });

  it("twenty of them never queue more than one segment", async () => {
    const gate = createGate();
    const { task } = await work(["x"], { gate });
    await task.start("go");
    await gate.reached();
    const ids = Array.from({ length: 20 }, (_, index) => `m-${index}`);
    const sent = Promise.all(ids.map((id) => task.send(`text of ${id}`, id)));
    let most = 0;
    for (let looks = 0; looks < 10; looks += 1) {
      const open = await openInvocations(scene.engine, task);
      most = Math.max(most, open.filter((each) => each.startsWith("run ")).length);
    }
    await sent;
    await task.logged("message.received", 21);
    gate.open();
    await task.until("idle");
    // The one that runs, and one behind it.
    expect(most).toBeLessThanOrEqual(2);
  });
});

describe("a tool that takes longer than a segment waits", () => {
  it("parks the task with only its own invocation open, and the task goes on when it is done", async () => {
    const gate = createGate();
    const { task, keys, tool } = await work(["x"], { gate }, { limits: { toolWaitMs: 200 } });
    await task.start("go");
    const parked = await task.until("waiting-tool");
    expect(parked.reason).toContain(tool.name);
    expect(parked.operations).toMatchObject([{ state: "issued", tool: tool.name }]);
    await restsWith(scene.engine, task, ["wake scheduled"]);
    expect(await openCallsOf(scene.engine, `tools.${tool.name}`)).toBe(1);
    gate.open();
    expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    expect(keys).toHaveLength(1);
    const woken = dataOf(await task.log(), "task.woken");
    expect(woken.at(-1)).toMatchObject({ from: "waiting-tool", by: "tool" });
  });

  it("does not hold back its siblings: R27 they run side by side and return as they are done", async () => {
    const gate = createGate();
    const slow = countedTool({ name: "slow-sibling", gate });
    const quick = countedTool({ name: "quick-sibling" });
    const calls = asksFor(["slow-sibling", { what: "a" }], ["quick-sibling", { what: "b" }]);
    const model = scriptedModel([calls, says("done")]);
    const tools = [slow.tool, quick.tool];
    const limits = { toolWaitMs: 200 };
    const task = (await scene.open({ name: "siblings", model, tools, limits })).task("t");
    await task.start("go");
    // How long the quick one takes is not ours: the task may be parked for both first.
    expect(await task.logged("tool.returned")).toMatchObject([{ tool: "quick-sibling" }]);
    const parked = await task.until("waiting-tool");
    expect(parked.operations.map(({ tool }: OperationView) => tool)).toEqual(["slow-sibling"]);
    // Both had been started before either was done.
    expect([slow.keys.length, quick.keys.length]).toEqual([1, 1]);
    gate.open();
    await task.until("idle");
    expect([slow.keys.length, quick.keys.length]).toEqual([1, 1]);
    const results = model.requests[1]?.messages.filter(({ role }) => role === "tool");
    expect(results?.map((each) => "callId" in each && each.callId)).toEqual(["call-0", "call-1"]);
  });

  it("takes a message meanwhile", async () => {
    const gate = createGate();
    const { task, model } = await work(["x"], { gate }, { limits: { toolWaitMs: 200 } });
    await task.start("go");
    await task.until("waiting-tool");
    await task.send("are you there?", "m");
    await task.logged("message.received", 2);
    gate.open();
    await task.until("idle");
    expect(model.requests).toHaveLength(2);
    expect(model.requests[1]?.messages).toHaveLength(4);
  });
});

describe("a segment is short", () => {
  it.each([
    ["steps", { maxSegmentSteps: 2 }],
    ["bytes of log", { maxSegmentBytes: 1 }],
  ])("and yields at its bound of %s, with nothing repeated", async (_, limits) => {
    const steps = ["a", "b", "c", "d", "e"];
    const { task, model, given } = await work(steps, {}, { limits });
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("done");
    expect(given).toEqual(steps);
    expect(model.requests).toHaveLength(6);
    const segments = dataOf(await task.log(), "segment.started").map(({ segment }) => segment);
    expect(segments.length).toBeGreaterThanOrEqual(3);
    expect(segments).toEqual(segments.map((__, index) => index + 1));
  });
});

describe("what is large is kept by reference", () => {
  it("a message above 32 KiB, which the model reads whole", async () => {
    const text = "ü".repeat(DEFAULT_INLINE_LIMIT_BYTES);
    const { task, model } = await work([]);
    await task.ask({
      message: [
        { type: "text", text },
        { type: "text", text: "short" },
      ],
    });
    const [received] = dataOf(await task.log(), "message.received");
    expect(received?.parts).toMatchObject([
      { body: { artifact: { size: 2 * DEFAULT_INLINE_LIMIT_BYTES, mediaType: "text/plain" } } },
      { body: { text: "short" } },
    ]);
    expect(model.requests[0]?.messages).toEqual([
      {
        role: "user",
        parts: [
          { type: "text", text },
          { type: "text", text: "short" },
        ],
      },
    ]);
  });

  it("a message of many parts that are large together", async () => {
    const part = { type: "text" as const, text: "x".repeat(DEFAULT_INLINE_LIMIT_BYTES / 2) };
    const { task, model } = await work([]);
    await task.ask({ message: Array.from({ length: 30 }, () => part) });
    const [received] = dataOf(await task.log(), "message.received");
    const inline = received?.parts.filter((each) => each.type === "text" && "text" in each.body);
    expect(inline).toHaveLength(2);
    expect(model.requests[0]?.messages).toEqual([
      { role: "user", parts: Array.from({ length: 30 }, () => part) },
    ]);
  });

  it("and a log of many megabytes is read whole, by people, by the model and by the next segment", async () => {
    // Kept in place, so that few entries are more than one read of the log takes.
    const inlineLimitBytes = 512 * 1024;
    const answer = "a".repeat(inlineLimitBytes / 2);
    const pay = countedTool({ name: "pay-late", effect: "financial" });
    const turns = 12;
    const script = Array.from({ length: turns }, () => ({ text: answer, response: answer }));
    const model = scriptedModel([...script, asksFor(["pay-late", { what: "x" }]), says("paid")]);
    const spec = { name: "long-log", model, tools: [pay.tool], app: { inlineLimitBytes } };
    const task = (await scene.open(spec)).task("t");
    for (let turn = 1; turn <= turns; turn += 1) await task.ask({ message: `turn ${turn}` });
    await task.send("pay", "pay");
    const [operation] = (await task.until("waiting-approval")).operations;
    // Another worker, whose memory is empty: all of it is read from the log.
    await scene.open(spec);
    await task.decide(operation, "approve");
    expect((await task.until("idle")).lastTurn?.answer).toBe("paid");
    expect(pay.given).toEqual(["x"]);
    const log = await task.log();
    expect(JSON.stringify(log).length).toBeGreaterThan(4 * 1024 * 1024);
    expect(chainProblem(log)).toBeUndefined();
    const context = await task.context();
    expect(context).toMatchObject({ to: log.length - 1, more: false });
    expect(context.messages).toHaveLength(2 * turns + 4);
  });

  it.each([
    ["above 16 KiB is read as an excerpt", RESULT_EXCERPT_BYTES + 1, false],
    ["F6 above 32 KiB leaves the log as well", DEFAULT_INLINE_LIMIT_BYTES + 1, true],
    ["F6 of 7 MiB leaves the log as well", 7 * 1024 * 1024, true],
  ])("a result %s", async (_, size, byReference) => {
    const { task, model } = await work(["x"], { result: () => "r".repeat(size) });
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("done");
    const [returned] = dataOf(await task.log(), "tool.returned");
    if (returned?.outcome !== "ok") throw new Error("not ok");
    expect("artifact" in returned.result).toBe(byReference);
    expect(returned.excerpt?.length).toBeLessThanOrEqual(RESULT_EXCERPT_BYTES);
    const read = JSON.stringify(model.requests[1]?.messages.at(-1));
    expect(read.length).toBeLessThan(RESULT_EXCERPT_BYTES + 1_000);
    expect(read).toContain(String(size));
    expect(JSON.stringify(await task.log()).length).toBeLessThan(256 * 1024);
  });

  it("F6 a result above 8 MiB is an error for the model", async () => {
    const { task, given } = await work(["x"], { result: () => "r".repeat(9 * 1024 * 1024) });
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("done");
    const [returned] = dataOf(await task.log(), "tool.returned");
    expect(returned).toMatchObject({ outcome: "error", code: "result_too_large" });
    expect(given).toHaveLength(1);
  });

  it("arguments and answers, which tools and callers get back whole", async () => {
    const what = "w".repeat(DEFAULT_INLINE_LIMIT_BYTES);
    const answer = "a".repeat(DEFAULT_INLINE_LIMIT_BYTES + 1);
    const pay = countedTool({ name: "pay-large", effect: "financial", result: () => "paid" });
    const model = scriptedModel([asksFor(["pay-large", { what }]), says(answer)]);
    const task = (await scene.open({ name: "large", model, tools: [pay.tool] })).task("t");
    await task.start("go");
    const [operation] = (await task.until("waiting-approval")).operations;
    expect(operation?.proposal?.arguments).toMatchObject({ artifact: { size: what.length + 11 } });
    await task.decide(operation, "approve");
    const { lastTurn } = await task.until("idle");
    expect(lastTurn?.artifact).toMatchObject({ size: answer.length });
    expect(pay.given).toEqual([what]);
    expect(JSON.stringify(await task.log()).length).toBeLessThan(64 * 1024);
  });
});
