// Owns that a message which comes to `apply` after a cancel was acknowledged is refused there too, whoever
// took it in before: the two may have met on their way.
import { expect, it } from "vitest";
import { onCancel } from "../../core/transition/control.ts";
import { asksFor, call, operationAt, startedTask } from "./core-task.ts";

it("F29 F17 a message to a task that comes to its end is refused, and opens nothing", () => {
  const task = startedTask();
  task.hear(asksFor(call("a", "wire", 1)));
  task.head = { ...task.head, operations: [{ ...operationAt(task, 0), state: "issued" }] };
  task.record(onCancel(task.head, "ann", "not wanted", true));
  expect(task.head.status).toBe("cancelling");
  const { turn, operations } = task.head;
  task.say("one more thing");
  expect(task.log.at(-1)).toMatchObject({
    type: "message.refused",
    data: { status: "cancelling" },
  });
  expect(task.head.turn).toEqual(turn);
  expect(task.head.operations).toEqual(operations);
});
