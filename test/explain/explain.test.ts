// Owns that a task on the real server says why it does not move (R75, R100), in each of the main phases:
// the operation that blocks it, since when, until when, who can bring it on, by which call, and when it
// looks again; and that the call it names does bring it on.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Explanation, Remedy } from "../../contract/explanation.ts";
import { createApp, defineAgent, defineBudgets, sleep, waitForEvent } from "../../index.ts";
import { STATUS_CARE } from "../../core/watch/status-care.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { type BlockedApp, serveBlocked } from "./support/blocked-app.ts";
import { gate, look, lost, model, nobodys, pay, slow, up } from "./support/planned-agent.ts";

const AGENT = "explained";
const BROKE = "broke";
const GONE = "gone";

let scene: Scene;
let gone: BlockedApp;

beforeAll(async () => {
  scene = await openScene();
  const tools = [pay.tool, slow.tool, look.tool, lost, nobodys.tool, sleep, waitForEvent];
  const limits = { toolWaitMs: 1_000, maxProviderWaitMs: 100 };
  const spec = { instructions: "You are a clerk.", model: { provider: "scripted", model: "m-1" } };
  const lonely = defineAgent({ ...spec, name: GONE, tools: [sleep], limits });
  const options = { ...scene.surroundings, providers: { scripted: model } };
  const serving = tools.filter(({ wait }) => wait === undefined).map(({ name }) => name);
  await scene.open({
    name: AGENT,
    model,
    tools,
    limits,
    only: { tools: serving.filter((name) => name !== nobodys.tool.name) },
  });
  await scene.open({
    name: BROKE,
    model,
    tools: [look.tool],
    only: { tools: false },
    app: { budgets: defineBudgets({ levels: { task: { limit: { steps: 1 } } } }) },
  });
  gone = await serveBlocked(scene.engine, createApp({ ...options, agents: [lonely] }), {
    tools: false,
    waiters: false,
  });
});
afterAll(async () => {
  gate.open();
  await scene.stop();
});

async function started(id: string, agent = AGENT): Promise<Task> {
  const task = taskAt(scene.engine, agent, id);
  const answer = await task.post("start", { message: id, owner: "ann" });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return task;
}

/** What all who can be asked say, once nothing has moved between their answers. */
function explained(task: Task): Promise<Explanation> {
  return vi.waitFor(async () => {
    const own = await task.post("explain");
    expect(own.status, JSON.stringify(own.body)).toBe(200);
    const { engine, ...said } = await byControl(task);
    expect(said).toEqual(own.body);
    expect(engine).toMatchObject({ registered: true, answers: true });
    const { wakeAt, status } = await task.status();
    const recoveryOwner = STATUS_CARE[status].recovery;
    expect(said).toMatchObject({ status, owner: "ann", recoveryOwner });
    expect(said.nextWakeAt).toBe(wakeAt);
    return said;
  }, PATIENCE);
}

async function byControl(task: Task): Promise<Explanation> {
  const body = { agent: task.agent, taskId: task.id };
  const answer = await scene.engine.call("holdfast.control/explain", body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as Explanation;
}

/** Does as the explanation says. */
async function remedy(how: readonly Remedy[], more: object): Promise<void> {
  const [best] = how;
  const response = await fetch(new URL(best?.path ?? "", scene.engine.ingressUrl), {
    method: "POST",
    body: JSON.stringify({ ...best?.body, ...more }),
    headers: { "content-type": "application/json" },
  });
  expect(response.status, await response.text()).toBe(200);
}

describe.concurrent("explain on a server", () => {
  it("R100 an approval: who decides, until when, and the decision", async () => {
    const task = await started("approval");
    const { operations } = await task.until("waiting-approval");
    const { blockers, text, onResume } = await explained(task);
    const [{ until, since }] = blockers;
    expect(blockers).toMatchObject([
      {
        kind: "approval",
        operationId: operations[0]?.operationId,
        tool: pay.tool.name,
        who: { kind: "deciders", names: "anyone" },
      },
    ]);
    expect(until).toBe(operations[0]?.proposal?.expiresAt);
    expect(since).toBe(operations[0]?.since);
    expect(text).toContain("waits for a decision on pay-explained");
    expect(onResume).toMatchObject({
      step: 1,
      next: "pay-explained is called once it is approved",
      pending: ["a decision on pay-explained"],
    });
    await remedy(blockers[0].how, { by: "bea" });
    await task.until("idle");
  });

  it("R100 an event: its address, its deadline, and its publication", async () => {
    const task = await started("event");
    const { operations } = await task.until("waiting-event");
    const { blockers } = await explained(task);
    expect(blockers).toMatchObject([
      { kind: "event", who: { kind: "outside", names: ["paid"] }, tool: waitForEvent.name },
    ]);
    expect(blockers[0].until).toBe(operations[0]?.wait?.endsAt);
    await remedy(blockers[0].how, { eventId: "e-1", payload: {} });
    await task.until("idle");
  });

  it("R100 a timer: its time, by itself, and its withdrawal", async () => {
    const task = await started("timer");
    const { operations } = await task.until("waiting-timer");
    const { blockers, nextWakeAt } = await explained(task);
    expect(blockers).toMatchObject([{ kind: "timer", who: { kind: "runtime" } }]);
    expect(blockers[0].until).toBe(operations[0]?.wait?.endsAt);
    expect(nextWakeAt).toBe(blockers[0].until);
    await remedy(blockers[0].how, { reason: "enough" });
    await task.until("idle");
  });

  it("R75 R100 a provider that says 429: when it is asked again, the error, and a retry", async () => {
    const task = await started("provider");
    const { wakeAt } = await task.until("waiting-provider");
    const { blockers, onResume, text } = await explained(task);
    expect(blockers).toMatchObject([{ kind: "provider", until: wakeAt }]);
    expect(blockers[0].what).toContain("rate_limited");
    expect(onResume).toMatchObject({
      next: "the model is asked for step 1",
      lastError: { event: "model.failed", code: "rate_limited", step: 0 },
    });
    expect(text).toContain("it goes on by itself");
    up.add("provider");
    await remedy(blockers[0].how, { reason: "it is up" });
    await task.until("idle");
  });

  it("R100 a budget without room: which, and how its limit is changed", async () => {
    const task = await started("look", BROKE);
    const { taskUid } = await task.until("waiting-budget");
    const { blockers } = await explained(task);
    expect(blockers).toMatchObject([
      {
        kind: "budget",
        what: `room for steps of the budget task/${taskUid}`,
        who: { kind: "operator" },
      },
    ]);
    await remedy(blockers[0].how, { extend: { steps: 5 }, by: "olga", reason: "it may" });
    await task.until("idle");
  });

  it("R95 R100 an effect of which nobody knows: the owner, and the statement", async () => {
    const task = await started("unknown");
    await task.until("waiting-reconcile");
    // It asks once more by itself, and is at work for that while.
    const { blockers, onResume } = await vi.waitFor(async () => {
      const said = await explained(task);
      const who = { kind: "owner", names: ["ann"] };
      expect(said.blockers).toMatchObject([{ kind: "unknown-effect", tool: lost.name, who }]);
      return said;
    }, PATIENCE);
    expect(blockers[0].until).toBeGreaterThan(blockers[0].since);
    expect(onResume.lastError).toMatchObject({ event: "tool.returned", code: "unknown", step: 1 });
    await remedy(blockers[0].how, { outcome: "applied", reason: "the bank says so", by: "ann" });
    await task.until("idle");
  });

  it("R100 a tool that takes long, and a hold above it", async () => {
    const task = await started("tool");
    await task.until("waiting-tool");
    const { blockers } = await explained(task);
    expect(blockers).toMatchObject([{ kind: "tool", tool: slow.tool.name }]);
    await task.post("pause", { reason: "let me look", by: "olga" });
    const held = await explained(task);
    expect(held.blockers).toMatchObject([
      { kind: "hold", who: { kind: "operator", names: ["olga"] } },
      { kind: "tool", tool: slow.tool.name },
    ]);
    await task.post("quarantine", { reason: "it is odd", by: "otto" });
    const quarantined = await explained(task);
    expect(quarantined.text).toContain("it is quarantined (it is odd)");
    expect(quarantined.runbook).toBe("docs/runbooks/quarantined.md");
    gate.open();
    await task.logged("tool.returned");
    await remedy(quarantined.blockers[0].how, { reason: "it is fine", by: "otto" });
    await task.until("idle");
  });

  it("R100 a tool that nobody serves: an operator, and which", async () => {
    const task = await started("unserved");
    const { wakeAt } = await task.until("needs-operator");
    const { blockers, stuck } = await explained(task);
    expect(blockers[0]).toMatchObject({
      kind: "operator",
      until: wakeAt,
      who: { kind: "operator" },
    });
    expect(blockers[0].what).toContain(`tools.${nobodys.tool.name}`);
    expect(blockers[1]).toMatchObject({ kind: "tool", tool: nobodys.tool.name });
    expect(stuck).toMatchObject({ kind: "needs-operator" });
  });

  it("R100 what rests and what has ended", async () => {
    const task = await started("rest");
    await task.until("idle");
    expect((await explained(task)).blockers).toMatchObject([
      { kind: "message", who: { kind: "user" } },
    ]);
    await task.post("retire", { reason: "enough" });
    await task.until("retired");
    const ended = await explained(task);
    expect(ended.blockers).toMatchObject([{ kind: "end", who: { kind: "nobody" }, how: [] }]);
  });

  it("R100 an agent of which no worker answers, from its stored head", async () => {
    const task = await started("timer", GONE);
    await task.until("waiting-timer");
    await gone.close();
    const said = await byControl(task);
    expect(said.blockers).toMatchObject([
      { kind: "worker", who: { kind: "operator" } },
      { kind: "timer", tool: sleep.name },
    ]);
    expect(said.text).toContain("none of those registered for agent gone answers");
    expect(said.engine).toMatchObject({ registered: true, answers: false });
    // The question that nobody answered is not left behind.
    await vi.waitFor(async () => {
      const open = await scene.engine.admin.query(
        `SELECT id FROM sys_invocation WHERE target_service_name = '${GONE}'
         AND target_handler_name = 'explain' AND status != 'completed'`,
      );
      expect(open).toEqual([]);
    }, PATIENCE);
  });

  it("says of a task that is not there, and of a body that is none, what is wrong", async () => {
    const at = (body: unknown) => scene.engine.call("holdfast.control/explain", body);
    expect(await at({ agent: AGENT, taskId: "none" })).toMatchObject({
      status: 404,
      body: { metadata: { code: "task_not_found" } },
    });
    expect(await at({ agent: AGENT })).toMatchObject({ status: 400 });
    const flagged = await taskAt(scene.engine, AGENT, "none").post("flag", { queuedMs: -1 });
    expect(flagged).toMatchObject({ status: 400 });
  });
});
