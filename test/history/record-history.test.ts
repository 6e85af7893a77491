// Tests that a history says what happened: what was answered, what was refused, what nobody knows, and
// every task with its children.
import { describe, expect, it } from "vitest";
import type { TaskClient } from "../../testing/index.ts";
import { checkHistory, recordHistory } from "../../testing/index.ts";
import type { Trip } from "../faults/support/drive.ts";
import { memoryHistory } from "./support/memory-history.ts";

const TRIP: Trip = {
  taskId: "parent",
  plan: [["give mail x", "hear y"], ["pay z"]],
  decisions: ["approve"],
  messages: [],
  end: "complete",
};

/** A client of which all that is not given here fails as a broken connection does. */
function brokenClient(works: Partial<TaskClient>): TaskClient {
  const broken = { get: () => () => Promise.reject(new TypeError("fetch failed")) };
  return Object.assign(Object.create(new Proxy({}, broken)) as TaskClient, {
    taskId: "broken",
    ...works,
  });
}

describe("R28 R81 a history that is written down", () => {
  it("has every call with its answer, in order, and what it was about", async () => {
    const { operations } = await memoryHistory(TRIP);
    expect(operations.map(({ n }) => n)).toEqual(operations.map((_, index) => index + 1));
    expect(operations.every(({ calledAt, returnedAt = 0 }) => returnedAt > calledAt)).toBe(true);
    const [start] = operations;
    expect(start).toMatchObject({
      kind: "start",
      agent: "leader",
      said: { messageId: "start", digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      answer: { created: true },
    });
    expect(operations.find(({ kind }) => kind === "decide")).toMatchObject({
      said: { decision: "approve", via: "decide" },
      answer: true,
    });
  });

  it("has the effects, and the children that nobody has named", async () => {
    const { effects, tasks } = await memoryHistory(TRIP);
    expect(effects.map(({ tool, done }) => [tool, done])).toEqual([
      ["mail", true],
      ["pay", true],
    ]);
    expect(tasks.map(({ agent }) => agent)).toEqual(["leader", "porter"]);
  });

  it("tells a refusal from a call that was not answered", async () => {
    const refusal = Object.assign(new Error("it is over"), {
      name: "TaskProblem",
      code: "task_ended",
    });
    const status: TaskClient["status"] = () =>
      Promise.reject(Object.assign(new Error("none"), { code: "task_not_found" }));
    const client = brokenClient({ send: () => Promise.reject(refusal), status });
    const recorder = recordHistory({ agents: [], connect: () => client });
    const task = recorder.task("clerk", "broken");
    await expect(task.send("more", { messageId: "m" })).rejects.toBe(refusal);
    await expect(task.cancel({ reason: "enough" })).rejects.toThrow("fetch failed");
    const history = await recorder.history();
    expect(history.tasks).toEqual([]);
    expect(history.operations).toMatchObject([
      { kind: "send", refused: "task_ended", returnedAt: expect.any(Number) },
      { kind: "cancel" },
    ]);
    expect(history.operations[1]).not.toHaveProperty("returnedAt");
    expect(checkHistory(history)).toEqual([]);
  });
});
