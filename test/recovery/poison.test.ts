// Owns what a message does on a real server that no segment gets past (F23): here one whose image the
// store has, and does not give. The rules alone are test/control/poison.test.ts's.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AskResult } from "../../contract/api.ts";
import { START_MESSAGE_ID } from "../../contract/api.ts";
import type { Worker } from "../../index.ts";
import { type Desk, openScene, type Scene } from "../agent/support/scene.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import { dataOf, PATIENCE, type Task } from "../agent/support/task.ts";
import { changedArtifacts } from "../support/changed-artifacts.ts";

const SAID = { reason: "the image is there now", by: "olga" };

describe("a message that no segment gets past", () => {
  let scene: Scene;
  let viewer: Desk;
  let worker: Worker;
  let task: Task;
  let other: Task;
  /** Digests of the images that the store gives. */
  const given = new Set<string>();

  /** A message of an image. */
  async function imageOf(text: string) {
    const own = scene.surroundings.artifacts.ofTenant(undefined);
    const artifact = await own.put(new TextEncoder().encode(text), "image/png");
    return [{ type: "image" as const, artifact }];
  }

  beforeAll(async () => {
    scene = await openScene();
    const model = scriptedModel(() => says("seen"));
    const artifacts = changedArtifacts(scene.surroundings.artifacts, (own) => ({
      get: async (ref) => {
        if (ref.mediaType === "image/png" && !given.has(ref.sha256)) throw new Error("EIO");
        return own.get(ref);
      },
    }));
    viewer = await scene.open({ name: "viewer", model, app: { artifacts } });
    ({ worker } = viewer);
    task = viewer.task("poisoned");
    other = viewer.task("other");
  });
  afterAll(() => scene.stop());

  /** The engine gives up on the segment by itself after 40 s; asked for, to save minutes. */
  const untilQuarantined = (count: number, poisoned = task) =>
    vi.waitFor(async () => {
      const rows = await scene.engine.admin.query(
        `SELECT id FROM sys_invocation WHERE target_service_key = '${poisoned.id}'
         AND target_handler_name IN ('begin', 'run') AND status = 'backing-off'`,
      );
      for (const { id } of rows) await scene.engine.admin.pauseInvocation(String(id));
      await worker.supervise();
      expect(dataOf(await poisoned.log(), "message.quarantined")).toHaveLength(count);
    }, PATIENCE);

  it("F23 R72 R73 is quarantined, and not its task, which takes the next; retry takes it in again, drop never", async () => {
    const image = await imageOf("an image");
    const asked = task.post("ask", { message: image, messageId: "m-1" });
    await task.until("running");
    // A task beside it notices nothing.
    expect((await other.ask({ message: "hello" })).turn?.answer).toBe("seen");
    await untilQuarantined(1);
    // Whoever asked is told.
    expect(((await asked).body as AskResult).turn).toMatchObject({
      result: "failed",
      error: { code: "message_quarantined" },
    });
    const [put] = dataOf(await task.log(), "message.quarantined");
    expect(put?.attempts).toBeGreaterThanOrEqual(5);
    expect((await task.ask({ message: "hello", messageId: "m-2" })).turn?.answer).toBe("seen");
    expect(await task.status()).toMatchObject({
      status: "idle",
      quarantined: { count: 1, messages: [{ messageId: "m-1", seq: put?.seq }] },
    });
    expect(JSON.stringify((await task.context()).messages)).not.toContain("image");
    // The same message again is the same message.
    expect(await task.post("send", { message: image, messageId: "m-1" })).toMatchObject({
      body: { result: "duplicate" },
    });

    for (const { artifact } of image) given.add(artifact.sha256);
    const again = { messageId: "m-1", ...SAID };
    expect(await task.post("retry", again)).toMatchObject({ body: { result: "accepted" } });
    const answer = await task.ask({ message: image, messageId: "m-1" });
    expect(answer.turn).toMatchObject({ turn: 3, answer: "seen" });
    expect((await task.status()).quarantined).toBeUndefined();
    expect(await task.post("retry", again)).toMatchObject({
      status: 412,
      body: { metadata: { code: "message_not_quarantined" } },
    });

    await task.send(await imageOf("another image"), "m-3");
    await untilQuarantined(2);
    expect(await task.post("drop", { messageId: "m-3", ...SAID })).toMatchObject({
      body: { result: "recorded" },
    });
    expect((await task.status()).quarantined).toBeUndefined();
    const events = (await task.log()).filter(({ type }) =>
      ["message.retried", "message.dropped"].includes(type),
    );
    expect(events).toMatchObject([
      { type: "message.retried", actor: { kind: "operator", id: "olga" }, reason: SAID.reason },
      { type: "message.dropped", actor: { kind: "operator", id: "olga" }, reason: SAID.reason },
    ]);
    expect((await task.ask({ message: "still there?" })).turn?.answer).toBe("seen");
    // What has ended takes no verb, and says which statuses do.
    await task.post("cancel", SAID);
    await task.until("cancelled");
    for (const verb of ["drop", "retry"])
      expect(await task.post(verb, { messageId: "m-3", ...SAID })).toMatchObject({
        status: 412,
        body: {
          metadata: {
            code: "verb_not_allowed",
            status: "cancelled",
            statuses: expect.stringContaining("idle") as string,
          },
        },
      });
  });

  it("L5 F18 F23 does not keep commands waiting: a failing segment is asked to let them in", async () => {
    const stuck = viewer.task("stuck");
    await stuck.start(await imageOf("a third image"));
    const transferred = stuck.post("transfer", { owner: "bob", ...SAID });
    const steered = stuck.post("send", { message: "and?", messageId: "m-2", wait: "applied" });
    await vi.waitFor(async () => {
      await worker.supervise();
      expect(dataOf(await stuck.log(), "owner.changed")).toMatchObject([{ owner: "bob" }]);
    }, PATIENCE);
    expect((await transferred).status).toBe(200);
    expect((await steered).body).toMatchObject({ result: "applied", turn: 1 });
    expect(dataOf(await stuck.log(), "segment.lost")).toEqual([]);
    // What came meanwhile is not what the segments fail over, and is answered.
    await untilQuarantined(1, stuck);
    expect(await stuck.until("idle")).toMatchObject({
      turn: 1,
      lastTurn: { answer: "seen" },
      quarantined: { messages: [{ messageId: START_MESSAGE_ID }] },
    });
  });
});
