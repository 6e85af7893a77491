// Owns that tasks live as before when journal and state are encrypted, that nothing of what was
// said in them is in the server's data, and that people with curl and SQL still get along.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StatusView } from "../../contract/api.ts";
import { PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { CLERK } from "../recovery/support/clerk.ts";
import type { WorkerProcess } from "../support/worker-process.ts";
import { type EncryptedScene, openEncryptedScene } from "./support/encrypted-scene.ts";

describe("a task whose journal and state are encrypted", () => {
  let scene: EncryptedScene;
  let worker: WorkerProcess;

  beforeAll(async () => {
    scene = await openEncryptedScene(["k1"]);
    worker = await scene.spawn(["k1"]);
  });
  afterAll(() => scene.stop());

  const curl = (taskId: string): Task => taskAt(scene.engine, CLERK, taskId);

  const until = (taskId: string, status: string): Promise<StatusView> =>
    vi.waitFor(async () => {
      const view = await scene.sealed<StatusView>(taskId, "status");
      expect(view.status).toBe(status);
      return view;
    }, PATIENCE);

  it("R44 shows its status by SQL, and nothing that anybody has said", async () => {
    await curl("shown").start("shown\nrefund hush | told: *");
    await curl("shown").until("waiting-approval");
    const [row] = await scene.query(
      "SELECT value_utf8 FROM state WHERE service_key = 'shown' AND key = 'head'",
    );
    const { sealed, ...head } = JSON.parse(String(row?.["value_utf8"])) as Record<string, unknown>;
    expect(sealed).toBeTypeOf("string");
    expect(head).toMatchObject({
      taskId: "shown",
      agent: CLERK,
      status: "waiting-approval",
      operations: [{ tool: "refund", state: "approval-open" }],
    });
    expect(JSON.stringify(head)).not.toMatch(/hush|awakeable|digest/i);
  });

  it("R44 is started, read and steered by plain curl, whose own words alone stay in the server", async () => {
    const task = curl("plain");
    const said = `plain${crypto.randomUUID()}`;
    const { created } = await task.start(`plain\nlook ${said} | told: * | later`);
    expect(created).toBe(true);
    const { lastTurn } = await task.until("idle");
    expect(lastTurn?.answer).toBe(`told: look ${said}: ok`);
    expect((await task.log()).length).toBeGreaterThan(4);
    expect((await task.ask({ message: "plain\nthanks" })).status).toBe("idle");
    const [state] = await scene.query(
      "SELECT count(*) AS n FROM state WHERE service_key = 'plain' AND value_utf8 LIKE '%told%'",
    );
    expect(state).toEqual({ n: 0 });
    // What shows that the search of the test above finds what is there.
    await scene.engine.server.kill();
    expect(await scene.filesWith(said)).not.toEqual([]);
    await scene.engine.restart();
  });

  it("R44 R8 lives through an approval with a bare awakeable and a kill, and leaves no word of it", async () => {
    const taskId = "secret";
    const canary = `canary${crypto.randomUUID()}`;
    const hold = scene.world.hold(taskId, `refund ${canary} before`);
    const plan = `look ${canary}, pay ${canary} | refund ${canary} | told: *`;
    // So long that it becomes an artifact.
    const message = `${taskId}\n${plan}\n${canary} ${canary}`;
    await scene.sealed(taskId, "start", { message });
    const { operations } = await until(taskId, "waiting-approval");
    // As an outside system does, which has the awakeable's id and no key.
    expect(await curl(taskId).decide(operations[0], "approve")).toBe(202);
    await hold.reached();
    await worker.kill();
    worker = await scene.spawn(["k1"], worker.port);
    hold.release();

    const { lastTurn } = await until(taskId, "idle");
    expect(lastTurn?.answer).toContain(`refund ${canary}: ok`);
    expect(scene.world.effects(taskId).map(({ what }) => what)).toEqual([
      `pay ${canary}`,
      `refund ${canary}`,
    ]);

    for (const table of ["state", "sys_journal", "sys_journal_events", "sys_invocation"]) {
      const rows = await scene.query(`SELECT * FROM ${table}`);
      expect(rows).not.toEqual([]);
      expect(JSON.stringify(rows)).not.toContain(canary);
      expect(JSON.stringify(rows)).not.toContain(Buffer.from(canary).toString("hex"));
    }
    expect(worker.output()).not.toContain(canary);
    expect(await scene.artifactsWith(canary)).toEqual([]);
    // What shows that there are some, with their key's id: the message, and the agent's manifest.
    expect(await scene.artifactsWith("\u0002k1")).toHaveLength(2);
    await scene.engine.server.kill();
    expect(await scene.filesWith(canary)).toEqual([]);
    await scene.engine.restart();
  });
});
