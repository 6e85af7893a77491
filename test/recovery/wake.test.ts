// Owns what holds of the segment that a wake executes: commands that came behind the wake reach it, it
// is looked after as any other, and until it is open the wake is the only record of what it brings.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Worker } from "../../index.ts";
import { createApp, createFsArtifactStore, defineAgent, waitForEvent } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { createGate } from "../agent/support/gate.ts";
import type { Step } from "../agent/support/scripted-model.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { type BlockedApp, serveBlocked } from "../explain/support/blocked-app.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";

let engine: TestEngine;
const apps: BlockedApp[] = [];
const watchers: Worker[] = [];
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(async () => {
  await engine.stop();
  await Promise.all([...apps.map((each) => each.close()), ...watchers.map((each) => each.drain())]);
});

interface Woken {
  readonly task: Task;
  readonly model: ReturnType<typeof scriptedModel>;
  /** Lets the wake through, which is refused until then. */
  release(): void;
  /** The wake, once it has this status. */
  wakeAt(status: string): Promise<string>;
  supervise(): Promise<void>;
}

/** A task that waited for an event, which is published: its wake is at the engine, and is refused. */
async function woken(agent: string, then: readonly Step[]): Promise<Woken> {
  const model = scriptedModel([asksFor(["wait_for_event", { topic: "go", key: agent }]), ...then]);
  const definition = defineAgent({
    name: agent,
    instructions: "You wait.",
    model: { provider: "scripted", model: "m-1" },
    tools: [waitForEvent],
  });
  const app = createApp({
    agents: [definition],
    providers: { scripted: model },
    artifacts: createFsArtifactStore({ directory: join(engine.directory, agent) }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  });
  const served = await serveBlocked(engine, app);
  const watcher = await app.serve({ port: 0 });
  apps.push(served);
  watchers.push(watcher);
  const task = taskAt(engine, agent, "t");
  await task.start("go");
  await task.until("waiting-event");
  const release = served.refuse(`${agent}/wake`);
  const wakeAt = (status: string): Promise<string> =>
    vi.waitFor(async () => {
      const [row] = await engine.admin.query(
        `SELECT id, status FROM sys_invocation WHERE target_service_name = '${agent}'
         AND target_handler_name = 'wake' AND status NOT IN ('completed', 'scheduled')`,
      );
      expect(row?.["status"], agent).toBe(status);
      return String(row?.["id"]);
    }, PATIENCE);
  const event = { topic: "go", key: agent, eventId: "e-1", payload: "now" };
  expect(await engine.call("holdfast.events/publish", event)).toMatchObject({ status: 200 });
  await wakeAt("backing-off");
  return { task, model, release, wakeAt, supervise: () => watcher.supervise() };
}

/** The engine gives up on it by itself after 40 s; asked for, to save minutes. */
async function giveUp({ wakeAt, supervise }: Woken): Promise<void> {
  const id = await wakeAt("backing-off");
  await engine.admin.pauseInvocation(id);
  await wakeAt("paused");
  await supervise();
}

const pendingApply = (agent: string) =>
  vi.waitFor(async () => {
    const found = await engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = '${agent}'
       AND target_handler_name = 'apply' AND status = 'pending'`,
    );
    expect(found).toHaveLength(1);
  }, PATIENCE);

describe.concurrent("a wake that executes a segment", () => {
  it("F18 R29 a cancellation that came behind it ends the model call that it has made", async () => {
    const gate = createGate();
    const { task, release } = await woken("behind", [
      (_, signal) => gate.pass(signal).then(() => says("never")),
    ]);
    expect(await task.post("cancel", { reason: "not wanted" })).toMatchObject({ status: 200 });
    await pendingApply("behind");
    release();
    // The gate stays closed.
    await task.until("cancelled");
    const log = await task.log();
    expect(dataOf(log, "tool.returned")).toMatchObject([{ via: "event", outcome: "ok" }]);
    expect(dataOf(log, "turn.completed")).toEqual([]);
    expect(gate.arrivals()).toBe(1);
  });

  it("F24 is resumed as often as it takes, and never killed, while nothing of it is recorded", async () => {
    const scene = await woken("unrecorded", [says("done")]);
    for (let times = 0; times < 5; times += 1) await giveUp(scene);
    scene.release();
    const view = await scene.task.until("idle");
    expect(view.lastTurn?.answer).toBe("done");
    expect(dataOf(await scene.task.log(), "segment.lost")).toEqual([]);
  });

  it("F24 F23 frees its task when its segment gets nowhere, and what it brought is kept", async () => {
    const failure: Step = () => {
      throw new Error("the disk is full");
    };
    const scene = await woken(
      "nowhere",
      Array.from({ length: 400 }, () => failure),
    );
    scene.release();
    for (let times = 0; times < 4; times += 1) await giveUp(scene);
    const [lost] = await scene.task.logged("segment.lost");
    expect(lost).toMatchObject({ cause: "the segment failed over and over" });
    const log = await scene.task.log();
    expect(dataOf(log, "tool.returned")).toMatchObject([{ via: "event", outcome: "ok" }]);
  });
});
