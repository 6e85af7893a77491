// Owns what people do to a task that has children and grandchildren on a real server: who holds it
// holds all below, who takes grants from it takes them from all below, and who resumes it resumes what
// nobody else holds (R72, R42, L8).
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { StatusView } from "../../contract/api.ts";
import { createApp, defineAgent, defineTool, delegate, sleep, type Worker } from "../../index.ts";
import { createGate, type Gate } from "./support/gate.ts";
import { give, nap, planOf } from "./support/plan.ts";
import { plannedModel } from "./support/planned-model.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf, PATIENCE, type Task, taskAt } from "./support/task.ts";

let scene: Scene;
let worker: Worker;
const gates = new Map<string, Gate>();
/** What was paid, by the words of the call. */
const paid: string[] = [];

const pay = defineTool({
  name: "pay",
  description: "Pays.",
  input: z.strictObject({ what: z.string() }),
  output: z.string(),
  effect: "financial",
  approval: "never",
  // Stops right before the effect, where authority is asked for once more.
  async execute({ what }, { signal, beginEffect }) {
    await gates.get(what)?.pass(signal);
    await beginEffect();
    paid.push(what);
    return `paid ${what}`;
  },
});
const look = defineTool({
  name: "look",
  description: "Looks.",
  input: z.strictObject({}),
  output: z.string(),
  effect: "read",
  execute: () => "looked",
});

beforeAll(async () => {
  scene = await openScene();
  const base = { instructions: "You do as you are told.", model: { provider: "p", model: "m-1" } };
  const low = defineAgent({ ...base, name: "low", tools: [pay, look, sleep] });
  const mid = defineAgent({ ...base, name: "mid", tools: [delegate({ agents: [low] })] });
  const top = defineAgent({ ...base, name: "top", tools: [delegate({ agents: [mid, low] })] });
  worker = await createApp({
    ...scene.surroundings,
    agents: [top, mid, low],
    providers: { p: plannedModel() },
  }).serve({ port: 0, only: { waiters: false } });
  await worker.register();
});
afterAll(async () => {
  await scene.stop();
  await worker.drain();
});

const SAID = { reason: "let me look", by: "olga" };
const ok = async (task: Task, verb: string, body: object = {}) =>
  expect(await task.post(verb, { ...SAID, ...body })).toMatchObject({ status: 200 });

/** Of a task's children, the one with this number. */
async function childOf(task: Task, number = 0): Promise<Task> {
  const started = await task.logged("child.started", number + 1);
  const { agent = "", taskId = "" } = started[number] ?? {};
  return taskAt(scene.engine, agent, taskId);
}

function comesTo(task: Task, ...statuses: readonly StatusView["status"][]): Promise<StatusView> {
  return vi.waitFor(async () => {
    const view = await task.status();
    expect(statuses).toContain(view.status);
    return view;
  }, PATIENCE);
}

/** A top, its child, and the grandchild, which follows this plan. */
async function family(id: string, plan: string, more: object = {}) {
  const task = taskAt(scene.engine, "top", id);
  const below = planOf([[give("low", plan)]]);
  const body = { message: planOf([[give("mid", below)]]), ...more };
  expect((await task.post("start", body)).status).toBe(200);
  const child = await childOf(task);
  return [task, child, await childOf(child)] as const;
}

const pays = (what: string) => planOf([[["pay", { what }]]]);

describe("R72 L8 a tree that is held", () => {
  it("R72 L8 quarantined, makes no effect from then on; resumed, it makes it once", async () => {
    const gate = createGate();
    gates.set("frozen", gate);
    const [task, child, grandchild] = await family("frozen", pays("frozen"));
    await gate.reached();
    expect(await task.post("quarantine", SAID)).toMatchObject({ body: { result: "applied" } });
    // Whatever the grandchild was told by now.
    gate.open();
    const [blocked] = await grandchild.logged("call.blocked");
    expect(blocked).toMatchObject({ code: "stopped" });
    for (const each of [child, grandchild]) {
      const { hold } = await comesTo(each, "quarantined");
      expect(hold?.above).toMatchObject({
        kind: "quarantined",
        by: "parent",
        reason: "with its parent task: let me look",
      });
    }
    expect(await grandchild.post("resume", SAID)).toMatchObject({
      status: 412,
      body: { message: expect.stringContaining("resume that one") },
    });
    expect(paid).not.toContain("frozen");
    await ok(task, "resume");
    expect((await comesTo(task, "idle")).lastTurn?.answer).toContain("paid frozen");
    expect(paid.filter((each) => each === "frozen")).toHaveLength(1);
  });

  it("R72 paused, asks no model and issues no call below it; what a child holds itself stays held", async () => {
    const [task, child, grandchild] = await family("calm", planOf([[nap(1)], [["look", {}]]]));
    await comesTo(grandchild, "waiting-timer");
    await ok(grandchild, "pause");
    await ok(task, "pause", { when: "now" });
    await comesTo(child, "paused");
    const { wakeAt = 0 } = await grandchild.status();
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(wakeAt), PATIENCE);
    await ok(task, "resume");
    await comesTo(child, "waiting-child");
    expect((await grandchild.status()).hold).toMatchObject({ kind: "paused", by: "olga" });
    expect(dataOf(await grandchild.log(), "tool.returned")).toEqual([]);
    await ok(grandchild, "resume");
    expect((await comesTo(task, "idle")).lastTurn?.answer).toContain("looked");
  });

  it("R72 F30 paused while its children start, comes to rest as a whole, and does all of it once", async () => {
    const gate = createGate();
    gates.set("busy", gate);
    const steps = [[["pay", { what: "busy" }]]] as const;
    const parts = Array.from({ length: 24 }, (_, n) =>
      give("low", planOf(steps, { ends: `${n}` })),
    );
    const task = taskAt(scene.engine, "top", "busy");
    expect((await task.post("start", { message: planOf([parts]) })).status).toBe(200);
    await gate.reached(2);
    await ok(task, "pause");
    const started = dataOf(await task.log(), "child.started");
    const children = started.map(({ taskId }) => taskAt(scene.engine, "low", taskId));
    for (const each of children) await comesTo(each, "paused");
    gate.open();
    // What was in flight is taken in, and nothing else is begun.
    await vi.waitFor(async () => {
      for (const each of children)
        expect((await each.status()).operations.filter(({ state }) => state === "issued")).toEqual(
          [],
        );
    }, PATIENCE);
    for (const each of children) expect((await each.status()).status).toBe("paused");
    expect(dataOf(await task.log(), "child.started")).toHaveLength(started.length);
    await ok(task, "resume");
    await comesTo(task, "idle");
    const ends = dataOf(await task.log(), "tool.returned");
    expect(ends.filter(({ outcome }) => outcome === "ok")).toHaveLength(24);
    expect(paid.filter((each) => each === "busy")).toHaveLength(24);
  });
});

describe("R42 L8 what a tree may do", () => {
  const grants = (...tools: readonly string[]) => ["delegate", ...tools].map((tool) => ({ tool }));

  it("R42 R43 grants that are taken from the first are taken from all below, and given back", async () => {
    const gate = createGate();
    gates.set("revoked", gate);
    const plan = planOf([[["pay", { what: "revoked" }]], [nap(600)], [["look", {}]]]);
    const given = { grants: grants("pay", "look", "sleep") };
    const [task, , grandchild] = await family("revoked", plan, given);
    await gate.reached();
    await ok(task, "grant", { grants: grants("look", "sleep") });
    gate.open();
    expect(await grandchild.logged("tool.returned")).toMatchObject([{ code: "denied" }]);
    expect(paid).not.toContain("revoked");
    await comesTo(grandchild, "waiting-timer");
    // Also what is asked for on the grants that a call carries.
    await ok(task, "grant", { grants: grants("sleep") });
    const [, last] = await grandchild.logged("grants.changed", 2);
    expect(last?.grants.map(({ tool }) => tool)).toEqual(["delegate", "sleep"]);
    expect(await grandchild.post("grant", { grants: [{ tool: "pay" }], ...SAID })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("its parent") },
    });
    await ok(task, "grant", { grants: grants("look", "sleep") });
    await grandchild.logged("grants.changed", 3);
    const [nap1] = (await grandchild.status()).operations;
    await ok(grandchild, "override", { operationId: nap1?.operationId, result: "enough" });
    expect((await comesTo(task, "idle")).lastTurn?.answer).toContain("looked");
  });
});
