// Owns the tests of child tasks on a real server: their ends reach their parent as typed results, its
// end reaches them, and neither a worker's death nor a crowd of them loses or doubles one.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StatusView } from "../../contract/api.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { give, nap, planOf } from "./support/plan.ts";
import { dataOf, PATIENCE, restsWith, type Task, taskAt } from "./support/task.ts";

const LONG = { ...PATIENCE, timeout: 100_000 };

let engine: TestEngine;
let worker: WorkerProcess;
beforeAll(async () => {
  engine = await startEngine();
  worker = await serve();
});
afterAll(() => engine.stop());

function serve(port?: number): Promise<WorkerProcess> {
  const file = new URL("./support/delegating-worker.ts", import.meta.url);
  const env = {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    ARTIFACTS: join(engine.directory, "artifacts"),
    BUDGETS: JSON.stringify({ levels: { task: {} } }),
  };
  const place = port === undefined ? {} : { port };
  return engine.spawnWorker(file, env, { register: false, ...place });
}

async function start(id: string, plan: string, more: object = {}): Promise<Task> {
  const task = taskAt(engine, "boss", id);
  expect((await task.post("start", { message: plan, ...more })).status).toBe(200);
  return task;
}

/** The children that a task has started, once it has started so many. */
async function childrenOf(task: Task, count = 1): Promise<readonly Task[]> {
  const started = await task.logged("child.started", count);
  return started.map(({ agent, taskId }) => taskAt(engine, agent, taskId));
}

async function childOf(task: Task): Promise<Task> {
  const [child] = await childrenOf(task);
  if (child === undefined) throw new Error("no child was started");
  return child;
}

/** Once the task is there. */
function comesTo(task: Task, status: StatusView["status"]): Promise<StatusView> {
  return vi.waitFor(async () => {
    const view = await task.status();
    expect(view.status).toBe(status);
    return view;
  }, PATIENCE);
}

async function answerOf(task: Task): Promise<string> {
  return (await comesTo(task, "idle")).lastTurn?.answer ?? "";
}

const post = async (task: Task, handler: string, body: object = {}) =>
  expect((await task.post(handler, { reason: "a test", by: "ann", ...body })).status).toBe(200);

const kill = async ({ agent, id }: Task) =>
  expect(
    (await engine.call("holdfast.control/kill", { agent, taskId: id, reason: "a test", by: "ann" }))
      .status,
  ).toBe(200);

describe("R82 R32 R24 a child on a server", () => {
  it("R82 R32 answers after worker and server were restarted, while nothing was held", async () => {
    const task = await start("answers", planOf([[give("helper", planOf([[nap(2)]]))]]), {
      owner: "ann",
      tenant: "acme",
    });
    const { taskUid } = await comesTo(task, "waiting-child");
    const child = await childOf(task);
    await comesTo(child, "waiting-timer");
    await restsWith(engine, task, ["wake scheduled"]);
    await worker.kill();
    await engine.server.kill();
    await engine.restart();
    worker = await serve(worker.port);
    expect(await answerOf(task)).toContain('"outcome\\":\\"time_reached');
    expect(await comesTo(child, "completed")).toMatchObject({
      owner: "ann",
      tenant: "acme",
      parent: { agent: "boss", taskId: "answers", taskUid, depth: 1 },
    });
    expect(dataOf(await task.log(), "tool.returned")).toMatchObject([{ via: "child" }]);
  });

  const asleep = planOf([[nap(600)]]);
  it.each([
    ["failed", "child_failed", planOf([], { ends: "fail" }), undefined],
    ["cancelled", "child_cancelled", asleep, (child: Task) => post(child, "cancel")],
    ["killed", "child_killed", asleep, kill],
    ["retired", "child_cancelled", asleep, (child: Task) => post(child, "retire")],
  ])("R82 F31 is %s, and its parent reads %s and which task", async (is, code, plan, act) => {
    const task = await start(`is-${is}`, planOf([[give("helper", plan)]]));
    const child = await childOf(task);
    if (act !== undefined) {
      await comesTo(child, "waiting-timer");
      await act(child);
    }
    const answer = await answerOf(task);
    expect(answer).toContain(code);
    expect(answer).toContain(child.id);
    expect((await task.status()).children).toBeUndefined();
  });

  it("R82 F12 is late: its parent reads child_timed_out, and it is cancelled", async () => {
    const late = give("helper", planOf([[nap(600)]]), { deadline_seconds: 2 });
    const task = await start("late", planOf([[late]]));
    const child = await childOf(task);
    expect(await answerOf(task)).toContain("child_timed_out");
    await comesTo(child, "cancelled");
    // Its timer is gone with it.
    await restsWith(engine, child, []);
  });

  it("R24 is messaged again by its key, in turns, and ends with its parent", async () => {
    const say = (ends: string) => give("helper", planOf([], { ends }), { key: "k" });
    const task = await start("keyed", planOf([[say("one"), say("two")], [say("three")]]));
    const answer = await answerOf(task);
    for (const said of ["one", "two", "three"]) expect(answer).toContain(`"answer":"${said}"`);
    const child = await childOf(task);
    expect(await child.status()).toMatchObject({ status: "idle", turn: 3 });
    await post(task, "complete");
    await comesTo(child, "retired");
  });

  it("L5 whose agent nobody serves parks its parent, which says so", async () => {
    const task = await start("unserved", planOf([[give("nobody", "x")]]));
    const { reason } = await comesTo(task, "needs-operator");
    expect(reason).toBe("no worker serves: nobody");
    await post(task, "cancel");
    await comesTo(task, "cancelled");
  });
});

const HOLDS: ReadonlySet<string> = new Set(["task.paused", "task.quarantined", "task.resumed"]);

describe("F31 R29 the end of a parent on a server", () => {
  const tree = planOf([[give("helper", planOf([[give("leaf", planOf([[nap(600)]]))]]))]]);

  async function family(id: string): Promise<readonly [Task, Task, Task]> {
    const task = await start(id, tree);
    const child = await childOf(task);
    await comesTo(child, "waiting-child");
    const grandchild = await childOf(child);
    await comesTo(grandchild, "waiting-timer");
    return [task, child, grandchild];
  }

  it("F31 R82 R29 cancels child and grandchild, and reports them", async () => {
    const [task, child, grandchild] = await family("tree-cancel");
    await post(task, "cancel");
    const { settlement } = await comesTo(task, "cancelled");
    expect(settlement?.children).toEqual([
      { agent: "helper", taskId: child.id, outcome: "cancelled" },
    ]);
    expect((await child.status()).status).toBe("cancelled");
    expect((await grandchild.status()).status).toBe("cancelled");
  });

  it("F31 R72 killed, it still ends them", async () => {
    const [task, child, grandchild] = await family("tree-kill");
    await kill(task);
    await comesTo(child, "cancelled");
    await comesTo(grandchild, "cancelled");
    expect((await task.status()).settlement?.children).toEqual([
      { agent: "helper", taskId: child.id, outcome: "unknown" },
    ]);
  });

  it("R72 F2 is held and resumed as a whole, though its worker dies right after each word", async () => {
    const [task, child, grandchild] = await family("tree-held");
    await post(task, "quarantine");
    await worker.kill();
    worker = await serve(worker.port);
    for (const each of [task, child, grandchild]) await comesTo(each, "quarantined");
    await post(task, "resume");
    await worker.kill();
    worker = await serve(worker.port);
    await comesTo(grandchild, "waiting-timer");
    for (const each of [task, child]) await comesTo(each, "waiting-child");
    for (const each of [child, grandchild])
      expect((await each.log()).filter(({ type }) => HOLDS.has(type))).toHaveLength(2);
    await post(task, "cancel");
    await comesTo(task, "cancelled");
    await comesTo(grandchild, "cancelled");
  });

  it("F31 R72 withdraws one call and its child alone", async () => {
    const plans = [give("helper", planOf([[nap(600)]])), give("helper", planOf([[nap(1)]]))];
    const task = await start("withdrawn", planOf([plans]));
    const [first, second] = await childrenOf(task, 2);
    if (first === undefined || second === undefined) throw new Error("two children were started");
    await comesTo(first, "waiting-timer");
    const { operations } = await task.status();
    await post(task, "withdraw", { operationId: operations[0]?.operationId });
    await comesTo(first, "cancelled");
    expect(await answerOf(task)).toContain("time_reached");
    await comesTo(second, "completed");
  });
});

describe("F30 R98 a crowd of children on a server", () => {
  it("F30 F31 200 are at work 16 at once, through the death of their worker, each once", async () => {
    const parts = Array.from({ length: 200 }, (_, n) => give("leaf", planOf([], { ends: `${n}` })));
    const task = taskAt(engine, "helper", "crowd");
    expect((await task.post("start", { message: planOf([parts], { ends: "all" }) })).status).toBe(
      200,
    );
    await task.logged("tool.returned", 20);
    await worker.kill();
    worker = await serve(worker.port);
    let most = 0;
    await vi.waitFor(async () => {
      const { status, children = [] } = await task.status();
      most = Math.max(most, children.length);
      expect(status).toBe("idle");
    }, LONG);
    expect(most).toBeLessThanOrEqual(16);
    const log = await task.log();
    const started = dataOf(log, "child.started").map(({ taskId }) => taskId);
    expect(new Set(started).size).toBe(200);
    expect(started).toHaveLength(200);
    const ends = dataOf(log, "tool.returned");
    expect(ends.filter(({ outcome, via }) => outcome === "ok" && via === "child")).toHaveLength(
      200,
    );
    const tasks = await engine.admin.query(
      "SELECT DISTINCT service_key FROM state WHERE service_name = 'leaf' AND key = 'head'",
    );
    for (const id of started) expect(tasks.map((each) => each["service_key"])).toContain(id);
  }, 240_000);

  it("R98 R49 50 under a budget for 10 never reserve more than it, and go on when it is extended", async () => {
    const parts = Array.from({ length: 50 }, (_, n) =>
      give("leaf", planOf([], { ends: `${n}`, ms: 30 })),
    );
    const task = taskAt(engine, "boss", "family");
    // Slow to ask, so that the limit is there before the children are.
    expect(
      (await task.post("start", { message: planOf([parts], { ends: "all", ms: 500 }) })).status,
    ).toBe(200);
    const key = `holdfast.budget/${encodeURIComponent(`task/${(await task.status()).taskUid}`)}`;
    const by = { by: "ann", reason: "a test" };
    expect((await engine.call(`${key}/limit`, { set: { steps: 11 }, ...by })).status).toBe(200);
    const shown = async () =>
      (await engine.call(`${key}/show`)).body as {
        readonly highWater: { readonly steps: number };
        readonly used: { readonly steps: number };
      };
    await vi.waitFor(async () => {
      expect(dataOf(await task.log(), "tool.returned")).toHaveLength(10);
    }, LONG);
    expect((await shown()).highWater.steps).toBeLessThanOrEqual(11);
    await comesTo(task, "waiting-child");
    expect((await engine.call(`${key}/limit`, { extend: { steps: 100 }, ...by })).status).toBe(200);
    await vi.waitFor(async () => expect((await task.status()).status).toBe("idle"), LONG);
    await vi.waitFor(async () => expect((await shown()).used.steps).toBe(52), PATIENCE);
    expect((await shown()).highWater.steps).toBeLessThanOrEqual(111);
  }, 240_000);
});
