// Owns what becomes of tasks whose owner is nobody any more (R68), on a real server: their escalation
// owner takes over, and says so in the log. How an owner is named and changed is verbs.test.ts's.
import { afterAll, beforeAll, expect, it } from "vitest";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { says, scriptedModel } from "../agent/support/scripted-model.ts";
import type { Task } from "../agent/support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

it("R68 the escalation owner takes over from an owner who is gone, once, and no task is without one", async () => {
  const people = new Set(["ann", "o'hara", "desk"]);
  let isDown = false;
  const owners = {
    required: true,
    checkEveryMs: 1,
    resolve: (owner: string) => {
      if (isDown) throw new Error("the directory is down");
      return people.has(owner) ? { kind: "person" as const } : undefined;
    },
  };
  const { worker, task } = await scene.open({
    name: "inherited",
    model: scriptedModel(() => says("hi")),
    app: { owners },
  });
  const start = async (id: string, owner: string, escalation?: string): Promise<Task> => {
    const body = { message: "go", owner, ...(escalation === undefined ? {} : { escalation }) };
    expect(await task(id).post("start", body)).toMatchObject({ status: 200 });
    await task(id).until("idle");
    return task(id);
  };
  const inherited = await start("inherited", "o'hara", "desk");
  const kept = await start("kept", "ann", "desk");
  const orphaned = await start("orphaned", "o'hara");
  const ended = await start("ended", "o'hara", "desk");
  await ended.post("cancel", { reason: "not wanted" });
  await ended.until("cancelled");

  people.delete("o'hara");
  // A directory that does not answer says nothing of anybody.
  isDown = true;
  await expect(worker.supervise()).rejects.toThrow("the directory is down");
  isDown = false;
  await worker.supervise();
  await inherited.logged("owner.changed");
  await worker.supervise();
  const changes = (await inherited.log()).filter(({ type }) => type === "owner.changed");
  expect(changes).toMatchObject([
    {
      actor: { kind: "runtime" },
      reason: "the owner is no person and no group any more",
      data: { from: "o'hara", owner: "desk" },
    },
  ]);
  expect((await inherited.status()).owner).toBe("desk");
  for (const each of [kept, ended, orphaned])
    expect((await each.log()).filter(({ type }) => type === "owner.changed")).toEqual([]);
  // Who is nobody takes over nothing: it says so, and a person transfers the task.
  expect(await orphaned.post("succeed")).toMatchObject({ body: { result: "nobody" } });
  expect(await kept.post("succeed")).toMatchObject({ body: { result: "nothing" } });
  expect(
    await scene.engine.admin.query(
      `SELECT service_key FROM state WHERE service_name = 'inherited' AND key = 'head'
       AND json_as_text(value_utf8, 'owner') IS NULL`,
    ),
  ).toEqual([]);
});
