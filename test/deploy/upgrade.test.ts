// Owns what a new version means to tasks that wait: they go on with the new code, and nothing
// is pinned to the old one.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { StatusView } from "../../contract/api.ts";
import { defineTool } from "../../index.ts";
import { openScene, type Desk, type Scene } from "../agent/support/scene.ts";
import { asksFor, says, scriptedModel } from "../agent/support/scripted-model.ts";
import { PATIENCE, type Task } from "../agent/support/task.ts";

const TASKS = 40;
const paid: string[] = [];
const pay = defineTool({
  name: "pay",
  description: "Pays.",
  input: z.object({ cents: z.int() }),
  output: z.string(),
  effect: "financial",
  execute: ({ cents }, { taskId }) => {
    paid.push(taskId);
    return `paid ${cents}`;
  },
});

/** The task once it waits with another proposal than before. */
function proposedAfter(task: Task, before: StatusView | undefined): Promise<StatusView> {
  const old = before?.operations[0]?.proposal?.approvalId;
  return vi.waitFor(async () => {
    const view = await task.status();
    expect(view.status).toBe("stale");
    expect(view.operations[0]?.proposal?.approvalId).not.toBe(old);
    return view;
  }, PATIENCE);
}

const script = () =>
  scriptedModel((request) =>
    request.messages.some((message) => message.role === "tool")
      ? says("done")
      : asksFor(["pay", { cents: 5 }]),
  );

describe("a new version while tasks wait", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.stop());

  const open = (version: string): Promise<Desk> =>
    scene.open({ name: "clerk", model: script(), tools: [pay], agent: { version } });

  const deploymentOf = async (desk: Desk): Promise<string[]> => {
    const rows = await scene.engine.admin.query("SELECT id, endpoint FROM sys_deployment");
    const own = `:${desk.worker.port}/`;
    return rows
      .filter(({ endpoint }) => String(endpoint).includes(own))
      .map(({ id }) => String(id));
  };

  it("F20 R23 R38 waiting tasks continue from their state on the new code, and the old deployment goes", async () => {
    const old = await open("1");
    const ids = Array.from({ length: TASKS }, (_, index) => `task-${index}`);
    await Promise.all(ids.map((id) => old.task(id).start("pay")));
    const waiting = await Promise.all(ids.map((id) => old.task(id).until("waiting-approval")));

    const next = await open("2");
    const oldDeployments = await deploymentOf(old);
    expect(oldDeployments).toHaveLength(2);
    await vi.waitFor(async () => {
      const pinned = await scene.engine.admin.query(
        `SELECT id FROM sys_invocation WHERE status != 'completed'
         AND pinned_deployment_id IN (${oldDeployments.map((id) => `'${id}'`).join(", ")})`,
      );
      expect(pinned).toEqual([]);
    }, PATIENCE);
    for (const id of oldDeployments) {
      const url = `${scene.engine.adminUrl}/deployments/${id}?force=true`;
      expect((await fetch(url, { method: "DELETE" })).status).toBe(202);
    }
    await old.worker.drain();

    await Promise.all(
      ids.map((id, index) => next.task(id).decide(waiting[index]?.operations[0], "approve")),
    );
    // What was approved was the old agent's call: nothing is done, and the new one's is proposed.
    const anew = await Promise.all(
      ids.map((id, index) => proposedAfter(next.task(id), waiting[index])),
    );
    expect(paid).toEqual([]);
    await Promise.all(
      ids.map((id, index) => next.task(id).decide(anew[index]?.operations[0], "approve")),
    );
    const ended = await Promise.all(ids.map((id) => next.task(id).until("idle")));
    expect(ended.map((view) => view.agentVersion)).toEqual(ids.map(() => "2"));
    expect(ended.map((view) => view.lastTurn?.answer)).toEqual(ids.map(() => "done"));
    expect(paid.toSorted()).toEqual(ids.toSorted());
    const versions = await next.task("task-0").logged("segment.started", 2);
    expect(new Set(versions.map((event) => event.agentVersion))).toEqual(new Set(["1", "2"]));
    const mismatches = await scene.engine.admin.query(
      "SELECT id FROM sys_invocation WHERE status IN ('paused', 'backing-off')",
    );
    expect(mismatches).toEqual([]);
  });
});
