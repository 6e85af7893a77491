// Owns the tests of a provider that does not answer, answers late, or is replaced: the task
// waits and goes on by itself, whatever the provider does, and the log tells who answered.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createGate } from "./support/gate.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { asksFor, type Reply, says, scriptedModel } from "./support/scripted-model.ts";
import { dataOf, PATIENCE, restsWith, type Task } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const later = (retryAfterMs: number): Reply => ({
  kind: "wait",
  code: "rate_limited",
  status: 429,
  retryAfterMs,
});

describe("R27 F10 a provider that says later", () => {
  it("for a short time is waited for within the segment", async () => {
    const model = scriptedModel([later(150), later(150), says("hello")]);
    const desk = await scene.open({ name: "short", model });
    const { turn } = await desk.task("t").ask({ message: "go" });
    expect(turn?.answer).toBe("hello");
    const log = await desk.task("t").log();
    expect(dataOf(log, "model.failed")).toMatchObject([
      { kind: "wait", code: "rate_limited", status: 429, retryAfterMs: 150 },
      { kind: "wait", code: "rate_limited" },
    ]);
    expect(dataOf(log, "segment.started")).toHaveLength(1);
  });

  it("for a long time parks the task with a time to wake, which goes on unaided", async () => {
    const model = scriptedModel([later(1_500), says("hello")]);
    const limits = { maxProviderWaitMs: 100 };
    const task = (await scene.open({ name: "long", model, limits })).task("t");
    await task.start("go");
    const parked = await task.until("waiting-provider");
    expect(parked.reason).toBe("rate_limited");
    expect(parked.wakeAt).toBeGreaterThan(parked.updatedAt);
    // Nothing runs or holds memory, only the delayed wake is on its way.
    await restsWith(scene.engine, task, ["wake scheduled"]);
    expect((await task.until("idle")).lastTurn?.answer).toBe("hello");
    expect(dataOf(await task.log(), "task.woken")).toEqual([
      { from: "waiting-provider", by: "timer" },
    ]);
  });

  it("and is waited for as long as it takes: the turn never fails for that", async () => {
    const model = scriptedModel([...Array.from({ length: 6 }, () => later(20)), says("hello")]);
    const limits = { maxProviderWaitMs: 50 };
    const task = (await scene.open({ name: "patient", model, limits })).task("t");
    await task.start("go");
    expect((await task.until("idle")).lastTurn?.answer).toBe("hello");
    expect(dataOf(await task.log(), "model.failed")).toHaveLength(6);
    expect((await task.status()).usage.modelCalls).toBe(1);
  });

  it.each([-5, Number.NaN, Number.POSITIVE_INFINITY])(
    "with a pause that is none (%s), and is asked again",
    async (retryAfterMs) => {
      const model = scriptedModel([later(retryAfterMs), says("hello")]);
      const desk = await scene.open({ name: `odd${String(retryAfterMs)}`, model });
      const { turn } = await desk.task("t").ask({ message: "go" });
      expect(turn?.answer).toBe("hello");
    },
  );

  it("does not keep a message waiting: it ends the pause and reaches the model", async () => {
    const model = scriptedModel([later(25_000), says("both heard")]);
    const task = (await scene.open({ name: "woken", model })).task("t");
    await task.start("go");
    await task.logged("model.failed");
    await task.send("hurry", "m");
    expect((await task.until("idle")).lastTurn?.answer).toBe("both heard");
    expect(model.requests[1]?.messages).toHaveLength(2);
  });
});

describe("F10 a call that goes wrong", () => {
  it("R4 a model that does not answer in time is asked again", async () => {
    const gate = createGate();
    let aborted = false;
    const model = scriptedModel([
      async (_, signal) => {
        signal.addEventListener("abort", () => (aborted = true));
        await gate.pass(signal);
        return says("too late");
      },
      says("in time"),
    ]);
    const limits = { modelTimeoutMs: 200 };
    const task = (await scene.open({ name: "hanging", model, limits })).task("t");
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("in time");
    expect(aborted).toBe(true);
    expect(dataOf(await task.log(), "model.failed")).toMatchObject([{ code: "timeout" }]);
  });

  it("a provider with a bug is tried again by the engine", async () => {
    let calls = 0;
    const model = scriptedModel(() => {
      calls += 1;
      if (calls === 1) throw new TypeError("a bug");
      return says("mended");
    });
    const task = (await scene.open({ name: "buggy", model })).task("t");
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("mended");
  });

  it("what only an operator can mend parks the task, which goes on when it is mended", async () => {
    const model = scriptedModel([
      { kind: "operator", code: "authentication", status: 401 },
      says("mended"),
    ]);
    const task = (await scene.open({ name: "keyless", model })).task("t");
    await task.start("go");
    const parked = await task.until("needs-operator");
    expect(parked).toMatchObject({ reason: "authentication" });
    expect(parked.wakeAt).toBeGreaterThan(Date.now());
    expect((await task.post("recover", { reason: "the key was renewed" })).status).toBe(200);
    expect((await task.until("idle")).lastTurn?.answer).toBe("mended");
  });
});

/** Of which version of the agent each segment was. */
async function versionsOf(task: Task): Promise<readonly string[]> {
  return dataOf(await task.log(), "segment.started").map(({ agentVersion }) => agentVersion);
}

describe("R11 the model is replaced", () => {
  const models = [
    { provider: "first", model: "a" },
    { provider: "second", model: "b" },
  ] as const;

  it("by the next of the list while a provider is down, and the log tells", async () => {
    const first = scriptedModel([later(9_000), says("back")]);
    const second = scriptedModel([says("standing in")]);
    const task = (
      await scene.open({
        name: "fallback",
        model: first,
        agent: { model: models },
        app: { providers: { first, second } },
      })
    ).task("t");
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("standing in");
    expect((await task.ask({ message: "and?" })).turn?.answer).toBe("back");
    const answered = dataOf(await task.log(), "model.answered");
    expect(answered).toMatchObject([
      { ...models[1], fallbacks: [{ ...models[0], code: "rate_limited" }] },
      { ...models[0], fallbacks: [] },
    ]);
  });

  it("and waits for the one that says the shortest time when none answers", async () => {
    const first = scriptedModel([later(60_000), later(60_000)]);
    const second = scriptedModel([later(80), says("recovered")]);
    const task = (
      await scene.open({
        name: "all-down",
        model: first,
        agent: { model: models },
        app: { providers: { first, second } },
      })
    ).task("t");
    expect((await task.ask({ message: "go" })).turn?.answer).toBe("recovered");
    const [failed] = dataOf(await task.log(), "model.failed");
    expect(failed).toMatchObject({ retryAfterMs: 80, fallbacks: [{ code: "rate_limited" }] });
  });

  it("R10 by a new version of the agent in the middle of a turn, and the task goes on", async () => {
    const gate = createGate();
    const slow = countedTool({ name: "slow-lookup", gate });
    const spec = { name: "swapped", tools: [slow.tool], limits: { toolWaitMs: 100 } };
    const old = scriptedModel([asksFor(["slow-lookup", { what: "x" }])]);
    const task = (await scene.open({ ...spec, model: old })).task("t");
    await task.start("go");
    await task.until("waiting-tool");
    const next = scriptedModel([says("from the new model")]);
    const agent = { version: "2", model: { provider: "other", model: "m-2" } };
    await scene.open({
      ...spec,
      model: next,
      agent,
      app: { providers: { other: next } },
      only: { tools: false },
    });
    // A parked task looks after its tool by itself. From the first segment of the new version on, all are.
    await vi.waitFor(async () => expect(await versionsOf(task)).toContain("2"), PATIENCE);
    gate.open();
    const done = await task.until("idle");
    expect(done).toMatchObject({ agentVersion: "2", lastTurn: { answer: "from the new model" } });
    // What the first model asked for is what the second one was shown.
    expect(next.requests[0]?.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
    ]);
    const log = await task.log();
    expect(dataOf(log, "model.answered")).toMatchObject([
      { provider: "scripted", model: "m-1" },
      { provider: "other", model: "m-2" },
    ]);
    const versions = await versionsOf(task);
    expect(versions).toEqual(versions.toSorted());
    expect(new Set(versions)).toEqual(new Set(["1", "2"]));
  });
});

describe("F11 a call that takes longer than the server's own timeouts", () => {
  it("is made once: each handler has its own bounds", async () => {
    const hasty = await openScene({
      RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: "100ms",
      RESTATE_WORKER__INVOKER__ABORT_TIMEOUT: "100ms",
    });
    try {
      const long = () => new Promise<void>((resolve) => setTimeout(resolve, 900));
      const nap = countedTool({ name: "nap", gate: { ...createGate(), pass: long } });
      const model = scriptedModel([
        () => long().then(() => asksFor(["nap", { what: "x" }])),
        () => long().then(() => says("rested")),
      ]);
      const limits = { modelTimeoutMs: 20 * 60_000 };
      const task = (await hasty.open({ name: "sleeper", model, tools: [nap.tool], limits })).task(
        "t",
      );
      expect((await task.ask({ message: "go" })).turn?.answer).toBe("rested");
      expect(model.requests).toHaveLength(2);
      expect(nap.given).toHaveLength(1);
      // Above the longest call that the agent allows.
      const url = `${hasty.engine.adminUrl}/services/sleeper/handlers/run`;
      const { abort_timeout: bound } = (await (await fetch(url)).json()) as {
        abort_timeout: string;
      };
      expect(bound).toBe("25m");
    } finally {
      await hasty.stop();
    }
  });
});
