// Owns that a retry says who asked for it and why, also where nothing but a rest is cut short, by the core alone.
import { expect, it } from "vitest";
import { onRetry } from "../../core/transition/retry.ts";
import { startedTask } from "../core/core-task.ts";

it("R73 a retry of a task that only rests is on record with actor and reason", () => {
  const task = startedTask();
  const data = { status: "needs-operator", reason: "authentication", wakeAt: 60_000 } as const;
  task.record([{ type: "task.parked", data }]);
  task.record(onRetry(task.head, task.agent, { reason: "the key is renewed", by: "olga" }));
  expect(task.all("task.woken")).toMatchObject([
    {
      actor: { kind: "operator", id: "olga" },
      reason: "the key is renewed",
      data: { by: "retry" },
    },
  ]);
});
