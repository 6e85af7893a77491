// Owns how an agent waits, as its author sees it in memory: times of any length, the built-in tools'
// bounds, questions, tools of its own that wait, and what a credential in a wait becomes.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AnyTool } from "../../contract/tool.ts";
import {
  askHuman,
  defineAgent,
  defineTool,
  defineWait,
  sleep,
  waitFor,
  waitForEvent,
} from "../../index.ts";
import type { AgentSpec, WaitFor } from "../../index.ts";
import type { InMemoryTask, ScriptStep } from "../../testing/index.ts";
import { runInMemory, scriptedModel } from "../../testing/index.ts";

const DAY = 86_400_000;

function runs(
  script: readonly ScriptStep[],
  tools: readonly AnyTool[] = [],
  more: Partial<AgentSpec<unknown>> = {},
) {
  const model = scriptedModel(script);
  const agent = defineAgent({
    name: "waiter",
    instructions: "You wait.",
    model: { provider: "scripted", model: "m" },
    tools: [sleep, waitForEvent, askHuman, ...tools],
    ...more,
  });
  return { model, task: runInMemory({ agent, providers: { scripted: model } }) };
}

const asks = (tool: string, given: object): ScriptStep => ({ calls: [{ tool, arguments: given }] });

/** What the model reads as the results of the calls of its last answer. */
function resultsIn({ model }: ReturnType<typeof runs>): readonly string[] {
  const { messages } = model.requests().at(-1) ?? { messages: [] };
  return messages.flatMap((each) => (each.role === "tool" ? [each.text] : []));
}

async function openCall(task: InMemoryTask): Promise<string> {
  const [open] = (await task.status()).operations;
  if (open === undefined) throw new Error("no call is open");
  return open.operationId;
}

describe("R6 a time", () => {
  it.each([1_000, 3 * 3_600_000, 30 * DAY])(
    "R6 of %i ms passes, to the millisecond",
    async (ms) => {
      const run = runs([asks("sleep", { seconds: ms / 1_000 }), "Awake."]);
      const before = run.task.clock.now();
      await run.task.start("Go.");
      expect(await run.task.until("waiting-timer")).toMatchObject({ wakeAt: before + ms });
      await run.task.clock.advance(ms - 1);
      expect((await run.task.status()).status).toBe("waiting-timer");
      await run.task.clock.advance(1);
      expect((await run.task.status()).lastTurn?.answer).toBe("Awake.");
      expect(run.task.clock.now()).toBe(before + ms);
      expect(resultsIn(run)[0]).toContain('"outcome":"time_reached"');
    },
  );
});

describe("F3 a wait that cannot be", () => {
  it.each([
    ["a time in the past", "sleep", { until: "2020-01-01T00:00:00Z" }, "is in the past"],
    ["a time without a zone", "sleep", { until: "2027-01-01T00:00:00" }, "until"],
    ["no time", "sleep", {}, "give either seconds or until"],
    ["two times", "sleep", { seconds: 1, until: "2027-01-01T00:00:00Z" }, "give either"],
    ["a time too far away", "sleep", { seconds: 31 * 86_400 }, "at most 30 days"],
    ["no key", "wait_for_event", { topic: "paid" }, "key"],
    ["an empty key", "wait_for_event", { topic: "paid", key: "" }, "must not be empty"],
    ["a topic too long", "wait_for_event", { topic: "x".repeat(257), key: "7" }, "256 bytes"],
    [
      "a deadline too far away",
      "wait_for_event",
      { topic: "p", key: "7", deadline_seconds: 1e8 },
      "at most 30 days",
    ],
    ["a question without words", "ask_human", { question: "  " }, "question"],
    ["one option", "ask_human", { question: "Well?", options: ["yes"] }, "options"],
    ["the same option twice", "ask_human", { question: "Well?", options: ["yes", "yes"] }, "equal"],
  ])("F3 is told to the model: %s", async (_, tool, given, told) => {
    const run = runs([asks(tool, given), "I see."]);
    await run.task.ask("Go.");
    expect(resultsIn(run)[0]).toContain("invalid_arguments");
    expect(resultsIn(run)[0]).toContain(told);
    expect(await run.task.events()).not.toContainEqual(
      expect.objectContaining({ type: "wait.opened" }),
    );
  });

  it("F3 names the bound that the agent sets, and refuses a child", async () => {
    const child = defineWait({
      name: "delegate",
      description: "Gives work away.",
      input: z.object({}),
      wait: (__, { now }) => {
        const message = { text: "do it" };
        return { kind: "child", agent: "a", taskId: "t", message, deadlineAt: now + 1_000 };
      },
    });
    const thrower = defineWait({
      name: "thrower",
      description: "Fails.",
      input: z.object({}),
      wait: () => {
        throw new Error("secret");
      },
    });
    const calls = [
      { tool: "sleep", arguments: { seconds: 61 } },
      { tool: "delegate", arguments: {} },
      { tool: "thrower", arguments: {} },
    ];
    const run = runs([{ calls }, "Ok."], [child, thrower], { limits: { maxWaitMs: 60_000 } });
    await run.task.ask("Go.");
    const [slept, delegated, thrown] = resultsIn(run);
    expect(slept).toContain("at most 1 minute");
    expect(delegated).toContain("Child tasks cannot be waited for");
    expect(thrown).toContain("cannot be said what to wait for");
    expect(thrown).not.toContain("secret");
  });

  it("F3 takes no approval, and says so", async () => {
    const policies =
      'forbid (principal, action == Action::"run", resource == Tool::"sleep") unless { context.approved };';
    const model = scriptedModel([asks("sleep", { seconds: 5 }), "Ok."]);
    const agent = defineAgent({
      name: "gated",
      instructions: "You wait.",
      model: { provider: "scripted", model: "m" },
      tools: [sleep],
    });
    const task = runInMemory({ agent, providers: { scripted: model }, policies });
    await task.ask("Go.");
    const { messages } = model.requests().at(-1) ?? { messages: [] };
    expect(JSON.stringify(messages)).toContain("denied");
  });
});

describe("R41 an event", () => {
  const wait = asks("wait_for_event", { topic: "paid", key: "7", deadline_seconds: 3_600 });
  const event = { topic: "paid", key: "7", eventId: "e-1", payload: { cents: 5 } };

  it("R41 that comes is the call's result, and one that comes twice changes nothing", async () => {
    const run = runs([wait, "Paid."]);
    await run.task.start("Go.");
    const { operations } = await run.task.until("waiting-event");
    expect(operations[0]).toMatchObject({
      state: "waiting",
      wait: { kind: "event", topic: "paid", key: "7", endsAt: run.task.clock.now() + 3_600_000 },
    });
    expect(await run.task.publish({ ...event, key: "8" })).toMatchObject({ result: "kept" });
    expect(await run.task.publish(event)).toMatchObject({ result: "delivered", waits: 1 });
    expect(await run.task.publish(event)).toMatchObject({ result: "duplicate", waits: 0 });
    await run.task.until("idle");
    expect(JSON.parse(resultsIn(run)[0] ?? "")).toMatchObject({
      eventId: "e-1",
      payload: { cents: 5 },
    });
    const ends = (await run.task.events()).filter(({ type }) => type === "tool.returned");
    expect(ends).toHaveLength(1);
  });

  it("R41 of another tenant does not end it, and one that is late finds nobody", async () => {
    const run = runs([wait, "Nothing."]);
    await run.task.start("Go.", { tenant: "acme" });
    await run.task.until("waiting-event");
    expect(await run.task.publish(event)).toMatchObject({ result: "kept" });
    await run.task.clock.advance(3_600_000);
    await run.task.until("idle");
    expect(resultsIn(run)[0]).toContain("timed_out");
    expect(await run.task.publish({ ...event, tenant: "acme" })).toMatchObject({ result: "late" });
  });
});

describe("a question", () => {
  const question = asks("ask_human", { question: "Which?", options: ["red", "blue"] });

  it("L3 is shown, is answered once, and says who was first", async () => {
    const run = runs([question, "Blue."]);
    await run.task.start("Go.");
    const { operations } = await run.task.until("waiting-event");
    expect(operations[0]?.wait).toMatchObject({ question: "Which?", options: ["red", "blue"] });
    const operationId = await openCall(run.task);
    const say = (answer: string) => run.task.answer({ operationId, answer, by: "ada" });
    await expect(say("green")).rejects.toMatchObject({ code: "invalid_input" });
    const first = await say("blue");
    expect(first).toMatchObject({ result: "recorded", receipt: { by: "ada", operationId } });
    expect((await run.task.answer({ operationId, answer: "blue", by: "bob" })).receipt).toEqual(
      first.receipt,
    );
    await expect(say("red")).rejects.toMatchObject({ code: "question_answered" });
    await run.task.until("idle");
    expect(JSON.parse(resultsIn(run)[0] ?? "")).toMatchObject({ answer: "blue", by: "ada" });
    const answers = (await run.task.events()).filter(({ actor }) => actor.id === "ada");
    expect(answers.map(({ type }) => type)).toEqual(["tool.returned"]);
  });

  it("F12 is over at its deadline", async () => {
    const run = runs([asks("ask_human", { question: "Now?", deadline_seconds: 60 }), "Nobody."]);
    await run.task.start("Go.");
    await run.task.until("waiting-event");
    const operationId = await openCall(run.task);
    await run.task.clock.advance(60_000);
    await run.task.until("idle");
    await expect(run.task.answer({ operationId, answer: "yes", by: "ada" })).rejects.toMatchObject({
      code: "question_ended",
    });
  });
});

describe("a tool that waits", () => {
  const orders: string[] = [];
  const orderTool = (request: WaitFor["request"]) =>
    defineTool({
      name: "order",
      description: "Orders, and waits for the delivery.",
      input: z.object({}),
      output: z.string(),
      effect: "communication",
      approval: "never",
      execute: (_, { idempotencyKey }) => {
        orders.push(idempotencyKey);
        return waitFor(request);
      },
    });

  it("L7 makes its effect once and has what comes later as its result", async () => {
    orders.length = 0;
    const tool = orderTool(({ now }) => ({ kind: "timer", at: now + DAY }));
    const run = runs([asks("order", {}), "Delivered."], [tool]);
    await run.task.start("Go.");
    await run.task.until("waiting-timer");
    await run.task.clock.advance(DAY);
    expect((await run.task.status()).lastTurn?.answer).toBe("Delivered.");
    expect(orders).toHaveLength(1);
    const log = await run.task.events();
    const opened = log.find(({ type }) => type === "wait.opened");
    expect(opened?.data).toMatchObject({ ran: { toolVersion: "1" } });
  });

  it("L7 is told that it was made where nothing came", async () => {
    orders.length = 0;
    const tool = orderTool(({ now }) => {
      return { kind: "event", topic: "delivered", key: "1", deadlineAt: now + DAY };
    });
    const run = runs([asks("order", {}), "Nothing came."], [tool]);
    await run.task.start("Go.");
    await run.task.until("waiting-event");
    await run.task.clock.advance(DAY);
    expect(resultsIn(run)[0]).toContain("must not be made again");
    const cancelled = runs([asks("order", {})], [tool]);
    await cancelled.task.start("Go.");
    await cancelled.task.until("waiting-event");
    await cancelled.task.cancel({ reason: "not wanted" });
    await cancelled.task.until("cancelled");
    const end = (await cancelled.task.events()).at(-1);
    expect(end?.data).toMatchObject({ report: { committed: 1 } });
  });

  it("is told when its wait cannot be", async () => {
    const tool = orderTool({ kind: "timer", at: 1 });
    const run = runs([asks("order", {}), "Odd."], [tool]);
    await run.task.ask("Go.");
    expect(resultsIn(run)[0]).toContain("invalid_wait");
  });
});

describe("one wait alone", () => {
  it("L3 is withdrawn, and the rest goes on", async () => {
    const calls = [
      { tool: "sleep", arguments: { seconds: 60 } },
      { tool: "wait_for_event", arguments: { topic: "paid", key: "7" } },
    ];
    const run = runs([{ calls }, "Ok."]);
    await run.task.start("Go.");
    const { operations } = await run.task.until("waiting-event");
    const operationId = operations[1]?.operationId ?? "";
    await run.task.withdraw({ operationId, reason: "it was cancelled by phone", by: "ada" });
    expect((await run.task.until("waiting-timer")).operations).toHaveLength(1);
    await expect(run.task.withdraw({ operationId, reason: "again" })).rejects.toMatchObject({
      code: "operation_not_found",
    });
    await run.task.until("idle", { withinMs: 60_000 });
    expect(resultsIn(run)[1]).toContain("cancelled by phone");
    const published = await run.task.publish({ topic: "paid", key: "7", eventId: "e" });
    expect(published.result).toBe("late");
  });
});
