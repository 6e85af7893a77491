// Tests of the runner without Restate: virtual time, waits, and what a user can see of a task.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ModelProvider } from "../../contract/model.ts";
import { chainProblem } from "../../core/log.ts";
import { defineAgent, defineTool } from "../../index.ts";
import { createVirtualClock, runInMemory, scriptedModel } from "../../testing/index.ts";

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

const model = { provider: "scripted", model: "m" };
const parrot = defineAgent({ name: "parrot", instructions: "Repeat.", model });

describe("virtual time", () => {
  it.each([SECOND, 3 * HOUR, 30 * DAY])(
    "R6 waits %i ms for a provider that says so, at once, and goes on unaided",
    async (retryAfterMs) => {
      const scripted = scriptedModel([{ failure: "rate_limited", retryAfterMs }, "Hello."]);
      const task = runInMemory({ agent: parrot, providers: { scripted } });
      const began = task.clock.now();
      await task.start("Say hello.");
      const status = await task.until("idle", { withinMs: retryAfterMs + SECOND });
      expect(status.lastTurn).toMatchObject({ result: "completed", answer: "Hello." });
      expect(task.clock.now()).toBe(began + retryAfterMs);
      scripted.assertDone();
      const parks = (await task.events()).filter((event) => event.type === "task.parked");
      // Above the bound the task parks, and no segment is open meanwhile (L12).
      expect(parks.map(({ data }) => data)).toEqual(
        retryAfterMs <= 30 * SECOND
          ? []
          : [
              {
                status: "waiting-provider",
                reason: "rate_limited",
                wakeAt: began + retryAfterMs,
              },
            ],
      );
    },
  );

  it("R6 parks for a tool of three hours and takes its result when it is there", async () => {
    const clock = createVirtualClock();
    const bake = defineTool({
      name: "bake",
      description: "Bakes a bread.",
      input: z.object({}),
      output: z.string(),
      effect: "read",
      execute: async () => {
        await clock.sleep(3 * HOUR);
        return "bread";
      },
    });
    const limits = { maxTurnMs: 4 * HOUR };
    const agent = defineAgent({
      name: "baker",
      instructions: "Bake.",
      model,
      tools: [bake],
      limits,
    });
    const scripted = scriptedModel([{ calls: [{ tool: "bake", arguments: {} }] }, "Done."]);
    const task = runInMemory({ agent, providers: { scripted }, clock });
    const began = clock.now();
    const early = await task.ask("Bake.", { timeoutMs: 60 * SECOND });
    expect(early).toMatchObject({ status: "waiting-tool" });
    expect(early.turn).toBeUndefined();
    await task.until("idle", { withinMs: 4 * HOUR });
    expect(clock.now()).toBe(began + 3 * HOUR);
    const returned = (await task.events()).filter((event) => event.type === "tool.returned");
    expect(returned.map(({ data }) => data)).toMatchObject([
      { outcome: "ok", durationMs: 3 * HOUR },
    ]);
    scripted.assertDone();
  });
});

describe("a task in memory", () => {
  const weather = defineTool({
    name: "weather",
    description: "Tells the weather.",
    input: z.object({}),
    output: z.string(),
    effect: "read",
    execute: () => "sunny",
  });
  const clerk = defineAgent({ name: "clerk", instructions: "Tell.", model, tools: [weather] });
  const look = { calls: [{ tool: "weather", arguments: {} }] };

  it("is started once for ever, and refuses another input", async () => {
    const task = runInMemory({ agent: parrot, providers: { scripted: scriptedModel(["Yes."]) } });
    await expect(task.status()).rejects.toMatchObject({ code: "task_not_found" });
    const first = await task.start("Say yes.", { owner: "ada" });
    expect(first).toMatchObject({ taskId: "in-memory", created: true });
    await task.until("idle");
    const again = await task.start("Say yes.", { owner: "ada" });
    expect(again).toMatchObject({ taskUid: first.taskUid, created: false, status: "idle" });
    await expect(task.start("Say no.")).rejects.toMatchObject({ code: "task_conflict" });
    await expect(task.start("")).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("applies a message once by its id, and takes none when it has ended", async () => {
    const scripted = scriptedModel(["One.", "Two."]);
    const task = runInMemory({ agent: parrot, providers: { scripted } });
    await task.ask("Say one.");
    expect(await task.send("Say two.", { messageId: "m" })).toMatchObject({ result: "accepted" });
    const asked = await task.ask("Say two.", { messageId: "m" });
    expect(asked).toMatchObject({ status: "idle", turn: { turn: 2, answer: "Two." } });
    expect(await task.send("Say two.", { messageId: "m" })).toMatchObject({ result: "duplicate" });
    const other = task.send("Say three.", { messageId: "m" });
    await expect(other).rejects.toMatchObject({ code: "message_conflict" });
    await task.cancel({ reason: "not wanted" });
    await task.until("cancelled");
    await expect(task.send("More.")).rejects.toMatchObject({ code: "task_ended" });
    scripted.assertDone();
  });

  it("lets a message in between two steps, and keeps the answer that was in flight", async () => {
    const inFlight = Promise.withResolvers<void>();
    const letIn = Promise.withResolvers<void>();
    const scripted = scriptedModel([
      async () => {
        inFlight.resolve();
        await letIn.promise;
        return look;
      },
      ({ messages }) => `${messages.filter(({ role }) => role === "user").length} messages`,
    ]);
    const task = runInMemory({ agent: clerk, providers: { scripted } });
    await task.start("How is it?");
    await inFlight.promise;
    await task.send("In Bonn.");
    letIn.resolve();
    const { lastTurn, segment } = await task.until("idle");
    expect(lastTurn).toMatchObject({ answer: "2 messages" });
    expect(segment).toBe(2);
    expect(chainProblem(await task.events())).toBeUndefined();
    scripted.assertDone();
  });

  it("answers ask without the turn's end when that takes longer", async () => {
    const scripted = scriptedModel([{ failure: "rate_limited", retryAfterMs: HOUR }, "Late."]);
    const task = runInMemory({ agent: parrot, providers: { scripted } });
    const began = task.clock.now();
    const early = await task.ask("Speak.", { messageId: "m" });
    expect(early).toMatchObject({ status: "waiting-provider" });
    expect(early.turn).toBeUndefined();
    expect(task.clock.now()).toBe(began + 60 * SECOND);
    const late = await task.ask("Speak.", { messageId: "m", timeoutMs: HOUR });
    expect(late.turn).toMatchObject({ answer: "Late." });
  });

  it("parks for a tool that nobody serves, and uses another in its place", async () => {
    const unserved = runInMemory({
      agent: clerk,
      providers: { scripted: scriptedModel([look]) },
      tools: [],
    });
    await unserved.start("How is it?");
    const parked = await unserved.until("needs-operator");
    expect(parked.reason).toBe("no worker serves: tools.weather");

    const rainy = { ...weather, execute: () => "rainy" };
    const scripted = scriptedModel([look, ({ messages }) => JSON.stringify(messages.at(-1))]);
    const task = runInMemory({ agent: clerk, providers: { scripted }, tools: [rainy] });
    expect((await task.ask("How is it?")).turn?.answer).toContain("rainy");
  });

  it("pauses between a tool's attempts in virtual time", async () => {
    let attempts = 0;
    const retry = { maxAttempts: 3, initialIntervalMs: SECOND, maxIntervalMs: HOUR };
    const shaky = defineTool({
      name: "weather",
      description: "Fails twice.",
      input: z.object({}),
      output: z.string(),
      effect: "read",
      retry,
      execute: () => {
        attempts += 1;
        if (attempts < 3) throw new Error("the wire is cut");
        return "sunny";
      },
    });
    const scripted = scriptedModel([look, "Sunny."]);
    const task = runInMemory({ agent: clerk, providers: { scripted }, tools: [shaky] });
    const began = task.clock.now();
    await task.ask("How is it?");
    expect(attempts).toBe(3);
    expect(task.clock.now()).toBeGreaterThanOrEqual(began + 3 * SECOND);
  });

  it("keeps long texts in the artifact store", async () => {
    const long = "a".repeat(100);
    const scripted = scriptedModel([
      ({ messages }) => (messages[0]?.role === "user" ? messages[0].text : ""),
    ]);
    const task = runInMemory({ agent: parrot, providers: { scripted }, inlineLimitBytes: 64 });
    const { turn } = await task.ask(long);
    expect(turn?.answer).toBeUndefined();
    if (turn?.artifact === undefined) throw new Error("no artifact");
    expect(
      new TextDecoder().decode(await task.artifacts.ofTenant(undefined).get(turn.artifact)),
    ).toBe(long);
    expect(JSON.stringify(await task.events())).not.toContain(long);
  });

  it("says what is open when there is nothing to decide, and what a task has become", async () => {
    const task = runInMemory({ agent: parrot, providers: { scripted: scriptedModel(["Yes."]) } });
    await task.ask("Say yes.");
    await expect(task.decide({ decision: "approve" })).rejects.toThrow("no call waits");
    await expect(task.until("completed")).rejects.toThrow("the task is idle, and not completed");
  });

  it("is loud about a provider that breaks", async () => {
    const broken: ModelProvider = { call: () => Promise.reject(new TypeError("a bug")) };
    const task = runInMemory({ agent: parrot, providers: { scripted: broken } });
    await expect(task.ask("Hello?")).rejects.toThrow("a bug");
    await expect(task.status()).rejects.toThrow("a bug");
  });
});
