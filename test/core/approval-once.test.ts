// Owns that an approval allows one execution: what may have been made under it is not made again without
// another (R96), and what certainly was not is made under the same.
import { describe, expect, it } from "vitest";
import type { CoreTask } from "./core-task.ts";
import { asksFor, call, isBlocked, LOST, operationAt, startedTask } from "./core-task.ts";
import { decided, opened, tell } from "./notices.ts";

/** A read that a person has approved, on its way. */
function approved(): CoreTask {
  const task = startedTask();
  task.hear(asksFor(call("a", "peek", 1)));
  tell(task, operationAt(task, 0), opened(operationAt(task, 0), "sign-1"));
  tell(task, operationAt(task, 0), decided(operationAt(task, 0), "approve", { by: "bob" }));
  expect(operationAt(task, 0).state).toBe("ready");
  return task;
}

describe("R96 an approved call", () => {
  it("that is lost may have been made: its next attempt asks for an approval of its own", () => {
    const task = approved();
    task.takeIn(operationAt(task, 0), LOST);
    const [again] = task.all("call.repeated");
    expect(again?.data).not.toHaveProperty("approvedAs");
    expect(operationAt(task, 0)).toMatchObject({ attempt: 2, state: "proposing" });
    expect(operationAt(task, 0)).not.toHaveProperty("approval");
  });

  it("that was stopped was not made, and waits under the approval that it has", () => {
    const task = approved();
    task.takeIn(operationAt(task, 0), isBlocked("stopped"));
    expect(operationAt(task, 0)).toMatchObject({ state: "blocked" });
    expect(operationAt(task, 0)).toHaveProperty("approval");
  });
});
