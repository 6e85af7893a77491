// Owns the tests of what a model gets wrong: it becomes data for the model, within bounds, and
// never a crash or an effect. After a turn that failed a message continues the task.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { countedTool } from "./support/clerk-tools.ts";
import { type DeskSpec, openScene, type Scene } from "./support/scene.ts";
import {
  asksFor,
  type Reply,
  says,
  type ScriptedModel,
  scriptedModel,
  type Step,
} from "./support/scripted-model.ts";
import { dataOf } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

let last = 0;
/** Of a pair of surrogates; it has no UTF-8 and so no digest. */
const HALF = "\ud83e";

/** A task of an agent of its own, with one tool, whose model says what is made of the tool's name. */
async function play(script: (look: string) => readonly Step[], more: Partial<DeskSpec> = {}) {
  last += 1;
  const look = countedTool({ name: `look-${last}` });
  const model = scriptedModel(script(look.tool.name));
  const desk = await scene.open({ name: `clerk-${last}`, model, tools: [look.tool], ...more });
  return { task: desk.task("t"), model, look };
}

/** What the model was told last, after its own answers. */
function lastWords(model: ScriptedModel): string {
  return JSON.stringify(model.requests.at(-1)?.messages.at(-1));
}

describe("one unusable answer is told to the model, which goes on", () => {
  it.each<readonly [string, (look: string) => Reply, string, RegExp]>([
    ["F3 arguments of no JSON", (look) => asksFor([look, "{what:"]), "unusable_calls", /not valid/],
    ["F3 arguments that misfit", (look) => asksFor([look, { who: 1 }]), "unusable_calls", /what/],
    ["F4 an unknown tool", () => asksFor(["fly", {}]), "unusable_calls", /no tool.*look-/],
    ["an empty answer", () => ({ text: " \n" }), "empty", /empty/],
    ["no answer at all", () => ({}), "empty", /empty/],
    ["a refusal", () => ({ refusal: "I will not." }), "refusal", /refusal/],
  ])("%s", async (_, wrong, reason, told) => {
    const { task, model, look } = await play((name) => [wrong(name), says("better")]);
    expect(await task.ask({ message: "go" })).toMatchObject({ turn: { answer: "better" } });
    const log = await task.log();
    expect(dataOf(log, "answer.rejected")).toMatchObject([{ step: 1, reason, inARow: 1 }]);
    expect(lastWords(model)).toMatch(told);
    expect(look.given).toEqual([]);
    // An audit record of the call that was not made (F4).
    const refused = dataOf(log, "call.refused");
    expect(refused).toHaveLength(reason === "unusable_calls" ? 1 : 0);
  });

  it("an answer that does not have the agent's form, which is asked for again", async () => {
    const output = z.object({ cents: z.number() });
    const script = [says("twelve"), says('{"cents":"12"}'), says('{"cents":12}')];
    const { task, model } = await play(() => script, { agent: { output } });
    const { turn } = await task.ask({ message: "go" });
    expect(turn).toMatchObject({ result: "completed", answer: '{"cents":12}' });
    expect(lastWords(model)).toContain("cents");
    expect(model.requests[0]?.outputSchema?.schema).toMatchObject({ type: "object" });
  });

  it("F9 a cut answer is thrown away with its calls, and tried once with more room", async () => {
    const cut = (name: string): Reply => ({
      ...asksFor([name, { what: "x" }]),
      finish: "length",
    });
    const { task, model, look } = await play((name) => [cut(name), says("short")], {
      limits: { maxOutputTokens: 100 },
    });
    expect(await task.ask({ message: "go" })).toMatchObject({ turn: { answer: "short" } });
    expect(model.requests.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([100, 200]);
    expect(model.requests[1]?.messages).toEqual(model.requests[0]?.messages);
    expect(look.given).toEqual([]);
    const rejected = dataOf(await task.log(), "answer.rejected");
    expect(rejected).toMatchObject([{ reason: "truncated", inARow: 1 }]);
  });
});

it.each<readonly [string, (look: string) => Reply]>([
  ["a text", () => ({ text: HALF })],
  ["the items of a dialect", () => ({ text: "hello", items: HALF })],
  ["a response", () => ({ text: "hello", response: HALF })],
  ["a tool's name", () => asksFor([HALF, {}])],
  ["a call id", (look) => asksFor([look, { what: "x" }, HALF])],
  ["arguments", (look) => asksFor([look, `{"what":"${HALF}"}`])],
  ["escaped arguments", (look) => asksFor([look, { what: HALF }])],
])("half a character in %s keeps nothing from going on", async (_, answer) => {
  const { task } = await play((look) => [answer(look), says("well")]);
  expect(await task.ask({ message: "go" })).toMatchObject({ turn: { result: "completed" } });
  expect(await task.ask({ message: "still there?" })).toHaveProperty("turn");
});

describe("F5 one call id twice in one answer", () => {
  it("with the same arguments is one call with one result", async () => {
    const { task, model, look } = await play((name) => {
      const same = [name, { what: "x" }, "twin"] as const;
      return [asksFor(same, same), says("done")];
    });
    expect(await task.ask({ message: "go" })).toMatchObject({ turn: { answer: "done" } });
    expect(look.given).toEqual(["x"]);
    const results = model.requests[1]?.messages.filter(({ role }) => role === "tool");
    expect(results).toHaveLength(2);
    expect(new Set(results?.map((each) => "text" in each && each.text)).size).toBe(1);
  });

  it("with other arguments is refused before any effect of it, and the first stands", async () => {
    const { task, look } = await play((name) => [
      asksFor([name, { what: "x" }, "twin"], [name, { what: "y" }, "twin"]),
      says("done"),
    ]);
    expect(await task.ask({ message: "go" })).toMatchObject({ turn: { answer: "done" } });
    expect(look.given).toEqual(["x"]);
    const refused = dataOf(await task.log(), "call.refused");
    expect(refused).toMatchObject([{ code: "duplicate_call_id", ordinal: 1 }]);
  });

  it("across answers ids may repeat: each is a call of its own", async () => {
    const { task, look } = await play((name) => [
      asksFor([name, { what: "x" }, "id"]),
      asksFor([name, { what: "y" }, "id"]),
      says("done"),
    ]);
    await task.ask({ message: "go" });
    expect(look.given).toEqual(["x", "y"]);
    expect(new Set(look.keys).size).toBe(2);
  });
});

describe("a turn ends with a reason", () => {
  const unknown = asksFor(["fly", {}]);

  it("F3 F4 after three unusable answers in a row, and not after three apart", async () => {
    const { task, model } = await play((name) => {
      const good = asksFor([name, { what: "x" }]);
      return [unknown, says(""), good, unknown, says(""), unknown];
    });
    const { status, turn } = await task.ask({ message: "go" });
    expect(status).toBe("failed");
    expect(turn?.error).toMatchObject({ code: "unusable_answers" });
    expect(model.requests).toHaveLength(6);
    const counts = dataOf(await task.log(), "answer.rejected").map(({ inARow }) => inARow);
    expect(counts).toEqual([1, 2, 1, 2, 3]);
  });

  it("F9 when the answer is cut again with twice the room", async () => {
    const cut: Reply = { text: "abc", finish: "length" };
    const { task, model } = await play(() => [cut, cut]);
    const { turn } = await task.ask({ message: "go" });
    expect(turn?.error?.code).toBe("output_truncated");
    expect(model.requests).toHaveLength(2);
  });

  it("when a tool is called a fifth time with the same arguments and no change", async () => {
    const { task, look } = await play((name) =>
      Array.from({ length: 9 }, () => asksFor([name, { what: "x" }])),
    );
    const { turn } = await task.ask({ message: "go" });
    expect(turn?.error?.code).toBe("loop_detected");
    expect(look.given).toHaveLength(4);
  });

  it("not when the result changes from call to call", async () => {
    const name = "clock";
    let ticks = 0;
    const clock = countedTool({ name, result: () => `tick ${(ticks += 1)}` });
    const again = asksFor([name, { what: "time" }]);
    const script = [...Array.from({ length: 7 }, () => again), says("late")];
    const { task } = await play(() => script, { tools: [clock.tool] });
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("late");
    expect(ticks).toBe(7);
  });

  it("at the limit of steps", async () => {
    const name = "walk";
    const walk = countedTool({ name });
    const script = Array.from({ length: 9 }, (_, step) => asksFor([name, { what: `${step}` }]));
    const { task, model } = await play(() => script, {
      tools: [walk.tool],
      limits: { maxSteps: 3 },
    });
    const { turn } = await task.ask({ message: "go" });
    expect(turn?.error?.code).toBe("step_limit");
    expect(model.requests).toHaveLength(3);
    expect(walk.given).toEqual(["0", "1", "2"]);
  });

  it("at the limit of time, which models and tools use up", async () => {
    const name = "nap";
    const rest = () => new Promise((resolve) => setTimeout(resolve, 60));
    const nap = countedTool({ name });
    const script: Step[] = Array.from({ length: 9 }, (_, step) => async () => {
      await rest();
      return asksFor([name, { what: `${step}` }]);
    });
    const { task, model } = await play(() => script, {
      tools: [nap.tool],
      limits: { maxTurnMs: 100 },
    });
    const { turn } = await task.ask({ message: "go" });
    expect(turn?.error?.code).toBe("time_limit");
    expect(model.requests.length).toBeLessThan(9);
  });

  it("when the context outgrows the model's window", async () => {
    const overflow: Reply = { kind: "terminal", code: "context_overflow" };
    const { task, model } = await play(() => [overflow, says("x")]);
    const { status, turn } = await task.ask({ message: "go" });
    expect(status).toBe("failed");
    expect(turn?.error?.code).toBe("context_overflow");
    expect(model.requests).toHaveLength(1);
  });
});

describe("after a turn that failed", () => {
  it("a message continues, and every call in the context has a result", async () => {
    const { task, model } = await play((name) => {
      const loop = asksFor([name, { what: "x" }]);
      return [loop, loop, loop, loop, loop, says("sorry")];
    });
    expect((await task.ask({ message: "go" })).status).toBe("failed");
    const next = await task.ask({ message: "try something else" });
    expect(next).toMatchObject({ status: "idle", turn: { turn: 2, answer: "sorry" } });
    const messages = model.requests.at(-1)?.messages ?? [];
    const calls = messages.filter((each) => each.role === "assistant").flatMap((a) => a.calls);
    const results = messages.filter(({ role }) => role === "tool");
    expect(calls).toHaveLength(5);
    expect(results).toHaveLength(5);
    expect(JSON.stringify(results.at(-1))).toContain("not_executed");
  });

  it("more calls than are allowed in one answer are refused, the others are made", async () => {
    const callsOf = (name: string) =>
      ["a", "b", "c"].map((what) => [name, { what }, what] as const);
    const { task, look } = await play((name) => [asksFor(...callsOf(name)), says("done")], {
      limits: { maxCallsPerAnswer: 2 },
    });
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("done");
    expect(look.given.toSorted()).toEqual(["a", "b"]);
    expect(dataOf(await task.log(), "call.refused")).toMatchObject([{ code: "too_many_calls" }]);
  });
});
