// Owns stops on a server: an operator stops a tool, a model, an agent or a tenant, and from the
// status `stopped` on nothing of it happens, however many tasks are at it; lifted, they go on.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { LiftResult, RecordPage, Stop, StopList, StopResult } from "../../contract/stop.ts";
import { defineTool } from "../../index.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf, PATIENCE } from "../agent/support/task.ts";
import { SOAK } from "../support/seed.ts";
import { insistingModel } from "./support/insisting-model.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const WHY = { by: "ada", reason: "wrong amounts" };

async function say<T>(handler: string, body: unknown): Promise<T> {
  const answer = await scene.engine.call(`holdfast.stops/all/${handler}`, body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body as T;
}

async function find(kind: string, name: string): Promise<Stop | undefined> {
  const { stops } = await say<StopList>("list", {});
  return stops.find((each) => each.kind === kind && each.name === name);
}

/** A tool that sends, and counts what it has sent. */
function mailer(name: string) {
  const sent: string[] = [];
  const tool = defineTool({
    name,
    description: "Sends.",
    input: z.strictObject({ what: z.string() }),
    output: z.string(),
    effect: "communication",
    approval: "never",
    timeoutMs: 10_000,
    startDeadlineMs: 5_000,
    async execute({ what }, { beginEffect, taskId }) {
      await beginEffect();
      sent.push(`${taskId} ${what}`);
      return "sent";
    },
  });
  return { tool, sent };
}

describe("R99 a stop", () => {
  const TASKS = SOAK ? 200 : 80;
  const STEPS = ["one", "two", "three"];

  it(
    `ends the effects of a tool in ${TASKS} running tasks, which go on when it is lifted`,
    { timeout: 300_000 },
    async () => {
      const patience = { timeout: 90_000, interval: 100 };
      const { tool, sent } = mailer("send_many");
      const model = insistingModel(...STEPS.map((what) => [["send_many", { what }] as const]));
      const desk = await scene.open({ name: "many", model, tools: [tool] });
      const tasks = Array.from({ length: TASKS }, (_, n) => desk.task(`t${n}`));
      await Promise.all(tasks.map((task) => task.start("go")));
      await vi.waitFor(() => expect(sent.length).toBeGreaterThan(50), patience);
      const scope = { kind: "tool", name: "send_many" };
      const answer = await say<StopResult>("stop", { ...scope, ...WHY });
      expect(answer).toMatchObject({ result: "accepted", status: "accepted" });
      await vi.waitFor(async () => {
        expect((await find("tool", "send_many"))?.status).toBe("stopped");
      }, patience);
      const then = sent.length;
      expect(then).toBeLessThan(TASKS * STEPS.length);
      // Each of them is tried again under the stop.
      const asked = await Promise.all(
        tasks.map(async (task) => {
          const view = await task.until("paused", "idle");
          if (view.status === "paused") await task.post("retry", { reason: "try again" });
          return view;
        }),
      );
      const paused = asked.filter(({ status }) => status === "paused");
      expect(paused.length).toBeGreaterThan(0);
      expect(paused[0]?.reason).toBe("stopped: an operator has stopped the tool send_many");
      await Promise.all(tasks.map((task) => task.until("paused", "idle")));
      expect(sent.length).toBe(then);
      expect(await say<LiftResult>("lift", { ...scope, ...WHY })).toMatchObject({
        result: "lifted",
      });
      await Promise.all(tasks.map((task) => task.post("retry", { reason: "try again" })));
      await vi.waitFor(() => expect(sent.length).toBe(TASKS * STEPS.length), patience);
      await Promise.all(tasks.map((task) => task.until("idle")));
      expect(new Set(sent).size).toBe(TASKS * STEPS.length);
      const { entries } = await say<RecordPage>("record", {});
      const about = entries.filter(({ name }) => name === "send_many");
      expect(about.map(({ type, actor, reason }) => [type, actor.id, reason])).toEqual([
        ["stop.accepted", "ada", "wrong amounts"],
        ["stop.settled", undefined, expect.any(String)],
        ["stop.lifted", "ada", "wrong amounts"],
      ]);
    },
  );

  it("holds for every class of a tenant's calls, and for no other tenant's", async () => {
    const { tool, sent } = mailer("send_tenant");
    const model = insistingModel([["send_tenant", { what: "it" }]]);
    const desk = await scene.open({ name: "tenants", model, tools: [tool] });
    const scope = { kind: "tenant", name: "evil" };
    await say("stop", { ...scope, ...WHY });
    await desk.task("good").post("start", { message: "go", tenant: "acme" });
    await desk.task("good").until("idle");
    const stopped = desk.task("bad");
    await stopped.post("start", { message: "go", tenant: "evil" });
    const { reason } = await stopped.until("paused");
    expect(reason).toBe("stopped: an operator has stopped the tenant evil");
    expect(sent).toEqual(["good it"]);
    await say("lift", { ...scope, ...WHY });
    // A worker's view of the stops is of a few seconds.
    await stopped.until("idle");
    expect(sent).toEqual(["good it", "bad it"]);
  });

  it.each([
    ["model", "m-1"],
    ["agent", "halted_agent"],
  ])("on a %s keeps a task from asking it, until it is lifted", async (kind, name) => {
    const model = insistingModel();
    const desk = await scene.open({ name: `halted_${kind}`, model });
    const other = await scene.open({
      name: `going_${kind}`,
      model,
      agent: { model: { provider: "scripted", model: "m-2" } },
    });
    const scope = { kind, name };
    await say("stop", { ...scope, ...WHY });
    const task = desk.task("t");
    // The worker has a view from before the stop at most for a few seconds.
    await vi.waitFor(async () => {
      const probe = desk.task(`probe-${Date.now()}`);
      await probe.start("go");
      expect(await probe.until("paused", "idle")).toMatchObject({ status: "paused" });
    }, PATIENCE);
    const asked = model.requests.length;
    await task.start("go");
    expect(await task.until("paused")).toMatchObject({
      reason: `stopped: an operator has stopped the ${kind} ${name}`,
    });
    expect(model.requests).toHaveLength(asked);
    expect(dataOf(await task.log(), "model.failed")).toMatchObject([
      { kind: "stopped", code: "stopped", stop: { kind, name } },
    ]);
    await other.task("t").start("go");
    await other.task("t").until("idle");
    await say("lift", { ...scope, ...WHY });
    await task.until("idle");
  });

  it("L8 keeps an effect from being undone until it is lifted", async () => {
    const done: string[] = [];
    const tool = defineTool({
      name: "book_stopped",
      description: "Books.",
      input: z.strictObject({ what: z.string() }),
      output: z.string(),
      effect: "reversible",
      approval: "never",
      execute: ({ what }) => String(done.push(`booked ${what}`)),
      compensate: ({ what }) => {
        done.push(`undid ${what}`);
        return { outcome: "undone" };
      },
    });
    const model = insistingModel([["book_stopped", { what: "it" }]]);
    const desk = await scene.open({ name: "undoing", model, tools: [tool] });
    const task = desk.task("t");
    await task.start("go");
    await task.until("idle");
    const scope = { kind: "tool", name: "book_stopped" };
    await say("stop", { ...scope, ...WHY });
    await task.post("cancel", { reason: "not wanted" });
    expect(await task.logged("compensation.blocked")).toMatchObject([{ code: "stopped" }]);
    expect(done).toEqual(["booked it"]);
    await say("lift", { ...scope, ...WHY });
    await task.until("cancelled");
    expect(done).toEqual(["booked it", "undid it"]);
    expect(dataOf(await task.log(), "task.cancelled")).toMatchObject([
      { compensation: { undone: 1 } },
    ]);
  });

  it("on one model of a list leaves the next one", async () => {
    const model = insistingModel();
    const models = [
      { provider: "scripted", model: "m-bad" },
      { provider: "scripted", model: "m-good" },
    ] as const;
    await say("stop", { kind: "model", name: "m-bad", ...WHY });
    const desk = await scene.open({ name: "choosy", model, agent: { model: models } });
    await desk.task("t").start("go");
    await desk.task("t").until("idle");
    expect(model.requests.map((each) => each.model)).toEqual(["m-good"]);
    expect(dataOf(await desk.task("t").log(), "model.answered")).toMatchObject([
      { model: "m-good", fallbacks: [{ model: "m-bad", code: "stopped" }] },
    ]);
  });
});
