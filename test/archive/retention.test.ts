// Owns how long what ended tasks leave is kept: by the class of their agent, never against a legal hold, and
// with a tombstone where the record was. Real server; the clock is the class, which is short for one agent.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StatusView } from "../../contract/api.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { artifactsOf } from "../../core/artifacts-of.ts";
import type { RetentionSettings, Tombstone } from "../../contract/retention.ts";
import { listTombstones } from "../../gateway/list/list-tombstones.ts";
import { createLogger } from "../../services/log.ts";
import { expireTask } from "../../services/task-log/ingress-log.ts";
import { createRetentionWatch } from "../../services/supervisor/retention-watch.ts";
import { PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { readState } from "../recovery/support/task-state.ts";
import { openReadingDesk, type ReadingDesk } from "./support/reading-desk.ts";

const MINUTE = 60_000;
const retention: RetentionSettings = {
  classes: { short: { contentMs: MINUTE, artifacts: "remove", recordMs: 10 * MINUTE } },
  agents: { desk: "short" },
  everyMs: 60 * MINUTE,
};

let desk: ReadingDesk;
beforeAll(async () => {
  desk = await openReadingDesk({ retention });
  // The worker's own look, before there is anything; the next is in an hour.
  await desk.worker.supervise();
});
afterAll(() => desk.stop());

async function ended(id: string): Promise<{ readonly task: Task; readonly view: StatusView }> {
  const task = taskAt(desk.engine, "desk", id);
  const filling = "x".repeat(40_000);
  const message = [
    { type: "text" as const, text: `look 3; the word is ${id}` },
    { type: "text" as const, text: `of ${id}: ${filling}` },
  ];
  await task.ask({ message, timeoutMs: 30_000 });
  await task.post("complete", { reason: "done" });
  return { task, view: await task.until("completed") };
}

/** As if it had ended so long ago: its head says so, and nothing else does. */
async function age(task: Task, ms: number): Promise<void> {
  await vi.waitFor(async () => {
    const { head } = await readState(desk.engine, task);
    expect(head).toMatchObject({ segment: { open: false, queued: false } });
  }, PATIENCE);
  const state = await readState(desk.engine, task);
  const head = state["head"] as { readonly since: number };
  const newState = Object.fromEntries(
    Object.entries({ ...state, head: { ...head, since: head.since - ms } }).map(([key, value]) => [
      key,
      [...Buffer.from(JSON.stringify(value))],
    ]),
  );
  const answer = await fetch(`${desk.engine.adminUrl}/services/desk/state`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ object_key: task.id, new_state: newState }),
  });
  expect(answer.status).toBe(202);
  await vi.waitFor(async () => {
    const { head: aged } = await readState(desk.engine, task);
    expect(aged).toMatchObject({ since: head.since - ms });
  }, PATIENCE);
}

const expire = async (task: Task) => {
  const answer = await desk.engine.call("holdfast.control/expire", {
    agent: "desk",
    taskId: task.id,
  });
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { readonly result: string }).result;
};

const artifactsIn = (log: readonly TaskEvent[]): readonly string[] =>
  log.flatMap(artifactsOf).flatMap(({ kind, sha256 }) => (kind === "content" ? [sha256] : []));

const preserve = (task: Task, preserved: boolean) =>
  desk.engine.call("holdfast.control/preserve", {
    agent: "desk",
    taskId: task.id,
    reason: "a lawsuit",
    by: "counsel",
    preserved,
  });

describe("retention", () => {
  it("is seen before it happens, and nothing happens before its time", async () => {
    const { task, view } = await ended("early");
    const endedAt = view.updatedAt;
    expect(view.retention).toEqual({
      class: "short",
      artifacts: "remove",
      eraseAt: endedAt + MINUTE,
      removeAt: endedAt + 10 * MINUTE,
    });
    const before = await task.log();
    expect(await expire(task)).toBe("kept");
    expect(await task.log()).toEqual(before);
  });

  it("R102 erases the content when that is due, and the log says by which class", async () => {
    const { task } = await ended("content");
    await age(task, 2 * MINUTE);
    expect(await expire(task)).toBe("erased");
    const log = await task.log();
    expect(JSON.stringify(log)).not.toContain("the word is");
    expect(log.at(-1)).toMatchObject({ type: "task.erased", reason: 'retention class "short"' });
    const view = await task.status();
    expect(view.retention).not.toHaveProperty("eraseAt");
    expect(await expire(task)).toBe("kept");
  });

  it("R102 removes all of it when that is due, and leaves a tombstone that proves the log's end", async () => {
    const { task, view } = await ended("record");
    const last = (await task.log()).at(-1);
    await age(task, 20 * MINUTE);
    await task.post("archive", {});
    const { artifacts } = desk;
    const stored = artifactsIn(await task.log());
    expect(stored).toHaveLength(1);
    expect(await expire(task)).toBe("removed");
    expect(await readState(desk.engine, task)).toEqual({
      tombstones: {
        v: 1,
        tombstones: [
          {
            agent: "desk",
            taskId: "record",
            taskUid: view.taskUid,
            status: "completed",
            createdAt: view.createdAt,
            endedAt: expect.any(Number) as number,
            removedAt: expect.any(Number) as number,
            class: "short",
            entries: (last?.seq ?? 0) + 1,
            hash: last?.hash ?? "",
          } satisfies Tombstone,
        ],
      },
    });
    const listed = await listTombstones(desk.engine.admin.query, undefined, { limit: 50 });
    expect(listed.tasks).toContainEqual(
      expect.objectContaining({ taskId: "record", hash: last?.hash }),
    );
    expect((await task.post("status", {})).status).toBe(404);
    expect((await task.post("events", {})).status).toBe(404);
    const kept = artifacts.ofTenant(undefined);
    for (const sha256 of stored) expect(await kept.find(sha256)).toBeUndefined();
    // The ID may be used again, and what was under it stays on record.
    const again = await task.start("look 1");
    expect(again.created).toBe(true);
    expect(again.taskUid).not.toBe(view.taskUid);
    await task.until("idle");
    expect((await readState(desk.engine, task))["tombstones"]).toMatchObject({
      tombstones: [{ taskUid: view.taskUid }],
    });
  });

  it("R102 gives way to a legal hold, for as long as that is", async () => {
    const { task } = await ended("held");
    await preserve(task, true);
    await age(task, 20 * MINUTE);
    const { retention: held } = await task.status();
    expect(held).toEqual({ class: "short", artifacts: "remove" });
    expect(await expire(task)).toBe("kept");
    expect(JSON.stringify(await task.log())).toContain("the word is held");
    await preserve(task, false);
    expect(await expire(task)).toBe("removed");
  });

  it("is found by the look over all heads: what is due, and nothing that is held or works", async () => {
    const { task: due } = await ended("watch-due");
    const { task: held } = await ended("watch-held");
    const open = taskAt(desk.engine, "desk", "watch-open");
    await open.ask({ message: "look 1", timeoutMs: 30_000 });
    await preserve(held, true);
    for (const task of [due, held, open]) await age(task, 20 * MINUTE);
    const asked: string[] = [];
    const watch = createRetentionWatch(
      {
        query: desk.engine.admin.query,
        expire: async ({ taskId }) => {
          asked.push(taskId);
          return { result: "kept" };
        },
      },
      createLogger("silent"),
      ["desk"],
      retention,
    );
    await watch.look();
    expect(asked).toContain(due.id);
    expect(asked).not.toContain(held.id);
    expect(asked).not.toContain(open.id);
    expect(await expire(open)).toBe("kept");
    // As the workers do it.
    const { query } = desk.engine.admin;
    const ports = { query, expire: expireTask({ url: desk.engine.ingressUrl }) };
    await createRetentionWatch(ports, createLogger("silent"), ["desk"], retention).look();
    expect((await due.post("status", {})).status).toBe(404);
  });
});
