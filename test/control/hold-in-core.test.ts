// Owns what a hold keeps from beginning, by the core alone. On a server: hold.test.ts.
import { expect, it } from "vitest";
import { decide } from "../../core/decide.ts";
import { markIssued } from "../../core/task-head.ts";
import { onPause, onResume } from "../../core/transition/hold.ts";
import { asksFor, call, startedTask } from "../core/core-task.ts";

const SAID = { reason: "let me look", by: "olga" };

it("R72 L5 a call that was not issued when the hold came is not marked as issued under it, and is made after it", () => {
  const task = startedTask();
  task.hear(asksFor(call("a", "write", 0), call("b", "wire", 0)));
  const states = () => task.head.operations.map(({ state }) => state);
  // One is on its way, the other is not.
  const [first] = task.head.operations;
  task.head = markIssued(task.head, new Set([first?.operationId ?? ""]));
  task.record(onPause(task.head, { type: "pause", when: "now", ...SAID }));
  task.head = markIssued(task.head);
  expect(states()).toEqual(["issued", "ready"]);
  const held = decide(task.head, task.agent, { steps: 0, bytes: 0 });
  expect(held).toMatchObject({ do: "call-tools", operations: [{ state: "issued" }] });
  task.record(onResume(task.head, SAID));
  expect(decide(task.head, task.agent, { steps: 0, bytes: 0 })).toMatchObject({
    do: "call-tools",
    operations: [{ state: "issued" }, { state: "ready" }],
  });
  task.head = markIssued(task.head);
  expect(states()).toEqual(["issued", "issued"]);
});
