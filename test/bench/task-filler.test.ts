// Owns that what the bench fills a server with is what tasks leave there: the filler's rows are those of the
// real task that it was shown, byte for byte, both with the log in the state and with it archived.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { serveFiller, type TaskTemplate } from "../../bench/task-filler.ts";
import { PATIENCE, taskAt } from "../agent/support/task.ts";
import { openReadingDesk, type ReadingDesk } from "../archive/support/reading-desk.ts";

let desk: ReadingDesk;
beforeAll(async () => {
  desk = await openReadingDesk({ archive: false });
});
afterAll(() => desk.stop());

async function rowsOf(service: string, key: string): Promise<Readonly<Record<string, string>>> {
  const rows = await desk.engine.admin.query(
    `SELECT key, value_utf8 FROM state WHERE service_name = '${service}' AND service_key = '${key}'`,
  );
  return Object.fromEntries(rows.map((row) => [String(row["key"]), String(row["value_utf8"])]));
}

describe("the filler of the bench", () => {
  it.each([
    ["in the state", "status"],
    ["archived", "archive"],
  ])("writes a task's own rows, its log %s", async (place, handler) => {
    const taskId = `real-${place.replaceAll(" ", "-")}`;
    const task = taskAt(desk.engine, "desk", taskId);
    const { taskUid } = await task.ask({ message: "look 20", timeoutMs: 30_000 });
    await vi.waitFor(async () => {
      const { head = "" } = await rowsOf("desk", taskId);
      expect(head).toContain('"open":false');
    }, PATIENCE);
    expect((await task.post(handler, {})).status).toBe(200);
    const rows = await rowsOf("desk", taskId);
    const template: TaskTemplate = { taskId, taskUid, rows };
    await using filler = await serveFiller(["filled"], (n) =>
      n === 0
        ? { service: "filled", template, taskId, taskUid }
        : {
            service: "filled",
            template,
            taskId: `${taskId}-2`,
            taskUid: "u-2",
            head: { owner: "eve" },
          },
    );
    await desk.engine.admin.registerDeployment(filler.url, { force: true });
    await desk.engine.call("filler/spread", { from: 0, count: 2 });
    await vi.waitFor(async () => expect(await rowsOf("filled", taskId)).toEqual(rows), PATIENCE);
    const other = await vi.waitFor(async () => {
      const found = await rowsOf("filled", `${taskId}-2`);
      expect(Object.keys(found)).toEqual(Object.keys(rows));
      return found;
    }, PATIENCE);
    expect(JSON.parse(other["head"] ?? "")).toMatchObject({
      taskId: `${taskId}-2`,
      taskUid: "u-2",
      owner: "eve",
    });
  });
});
