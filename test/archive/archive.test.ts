// Owns that the log of a task which rests leaves the server's state and stays what it was: for readers, for
// the task when it goes on, and for whoever erases it. Real server and artifact store.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chainProblem } from "../../core/log.ts";
import { createLogger } from "../../services/log.ts";
import { createArchiveWatch } from "../../services/supervisor/archive-watch.ts";
import { PATIENCE, type Task, taskAt } from "../agent/support/task.ts";
import { readState } from "../recovery/support/task-state.ts";
import { openReadingDesk, type ReadingDesk } from "./support/reading-desk.ts";

let desk: ReadingDesk;
beforeAll(async () => {
  desk = await openReadingDesk();
});
afterAll(() => desk.stop());

/** A task that has looked up so many things and waits for the next message. */
async function rested(id: string, count: number): Promise<Task> {
  const task = taskAt(desk.engine, "desk", id);
  const { status } = await task.ask({ message: `look ${count}`, timeoutMs: 30_000 });
  expect(status).toBe("idle");
  await atRest(task);
  return task;
}

/** The segment that told of the answer has ended as well. */
const atRest = (task: Task) =>
  vi.waitFor(async () => {
    const { head } = await readState(desk.engine, task);
    expect(head).toMatchObject({ segment: { open: false, queued: false } });
  }, PATIENCE);

async function archived(task: Task): Promise<number> {
  const { status, body } = await task.post("archive", {});
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { readonly entries: number }).entries;
}

async function logRows(task: Task): Promise<readonly [string, unknown][]> {
  const state = await readState(desk.engine, task);
  return Object.entries(state).filter(([key]) => key.startsWith("log/"));
}

/** The digests of all artifacts of tasks without a tenant. */
async function storedArtifacts(): Promise<readonly string[]> {
  const found = await readdir(join(desk.engine.directory, "artifacts"), {
    recursive: true,
    withFileTypes: true,
  });
  return found.filter((each) => each.isFile()).map(({ name }) => name);
}

describe("the log of a task that rests", () => {
  it("R10 R73 leaves the state and reads as before, as a whole and from anywhere", async () => {
    const task = await rested("reads", 60);
    const before = await task.log();
    const context = await task.context();
    const status = await task.status();
    expect(before.length).toBeGreaterThan(120);
    expect(await archived(task)).toBeGreaterThanOrEqual(before.length - 15);
    const rows = await logRows(task);
    expect(rows.length).toBeLessThanOrEqual(12);
    expect(JSON.stringify(rows)).toContain('"volume"');
    expect(await task.log()).toEqual(before);
    expect(chainProblem(before)).toBeUndefined();
    expect(await task.context()).toEqual(context);
    expect(await task.status()).toEqual(status);
    const part = await task.post("events", { after: 70, limit: 5 });
    expect(part.body).toMatchObject({ events: before.slice(71, 76) });
    expect(await archived(task)).toBe(0);
  });

  it("R10 goes on from there: a message, more work, its end; and is archived again", async () => {
    const task = await rested("goes-on", 30);
    const before = await task.log();
    expect(await archived(task)).toBeGreaterThan(0);
    const again = await task.ask({ message: "look 20", timeoutMs: 30_000 });
    expect(again.status).toBe("idle");
    const { status } = await task.post("complete", { reason: "done" });
    expect(status).toBe(200);
    await task.until("completed");
    const after = await task.log();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(chainProblem(after)).toBeUndefined();
    await atRest(task);
    expect(await archived(task)).toBeGreaterThan(40);
    // Nothing of an ended task stays but volumes, a few for each page.
    const rows = await logRows(task);
    for (const [, row] of rows) expect(row).toMatchObject({ events: [] });
    expect(rows.length).toBeLessThanOrEqual(4);
    expect(await task.log()).toEqual(after);
  });

  it("stays where it is while the task works, or while it is short and may go on", async () => {
    const short = await rested("short", 2);
    expect(await archived(short)).toBe(0);
    expect(JSON.stringify(await logRows(short))).not.toContain('"volume"');
    const { status, body } = await taskAt(desk.engine, "desk", "nobody").post("archive", {});
    expect({ status, body }).toMatchObject({ status: 200, body: { entries: 0, more: false } });
  });

  it("R102 is erased there too: the volumes go, and what is left still proves itself", async () => {
    const known = new Set(await storedArtifacts());
    const task = await rested("erased", 20);
    await task.post("complete", { reason: "done" });
    await task.until("completed");
    await atRest(task);
    await archived(task);
    const volumes = (await storedArtifacts()).filter((each) => !known.has(each));
    expect(volumes.length).toBeGreaterThan(0);
    const body = {
      agent: "desk",
      taskId: task.id,
      reason: "asked to",
      by: "dpo",
      artifacts: "keep",
    };
    const erased = await desk.engine.call("holdfast.control/erase", body);
    expect(erased).toMatchObject({ status: 200, body: { result: "erased" } });
    const left = await storedArtifacts();
    expect(left.filter((each) => volumes.includes(each))).toEqual([]);
    const log = await task.log();
    expect(chainProblem(log)).toBeUndefined();
    expect(JSON.stringify(log)).not.toContain("the note");
    // And what is left of it is archived in turn.
    await archived(task);
    expect(await task.log()).toEqual(log);
  });
});

describe("looking for logs that may leave the state", () => {
  it("finds tasks that have rested long enough, ended ones however short, and no others", async () => {
    const idle = await rested("watch-idle", 12);
    const short = await rested("watch-short", 1);
    const ended = await rested("watch-ended", 1);
    await ended.post("complete", { reason: "done" });
    await ended.until("completed");
    await atRest(ended);
    const asked: string[] = [];
    const look = (afterMs: number) =>
      createArchiveWatch(
        {
          query: desk.engine.admin.query,
          archive: async ({ taskId }) => {
            asked.push(taskId);
            await archived(taskAt(desk.engine, "desk", taskId));
            return { entries: 0, more: false };
          },
        },
        createLogger("silent"),
        ["desk"],
        { afterMs, everyMs: 0 },
      ).look();
    await look(3_600_000);
    expect(asked).toEqual([]);
    // By the clock of another process, which may be some ms behind.
    await look(-60_000);
    expect(asked).toContain(idle.id);
    expect(asked).toContain(ended.id);
    expect(asked).not.toContain(short.id);
    const before = asked.length;
    await look(-60_000);
    expect(asked.slice(before)).toEqual([]);
  });
});
