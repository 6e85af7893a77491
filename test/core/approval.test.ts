// Owns what an awakeable's opening and settling change, and when they change nothing but the log.
import { describe, expect, it } from "vitest";
import { decide } from "../../core/decide.ts";
import { onApprovalOpened, onApprovalSettled } from "../../core/transition/approval.ts";
import { onCancel } from "../../core/transition/control.ts";
import type { CoreTask } from "./core-task.ts";
import { asksFor, call, LOST, operationAt, startedTask } from "./core-task.ts";

function open(task: CoreTask, ordinal: number, awakeableId: string): void {
  const { operationId } = operationAt(task, ordinal);
  task.record(onApprovalOpened(task.head, operationId, awakeableId));
}

function settle(task: CoreTask, awakeableId: string, change: object = {}): void {
  const { operationId, approval } = operationAt(task, 0);
  const text = JSON.stringify({ decision: "approve", digest: approval?.digest, ...change });
  task.record(onApprovalSettled(task.head, operationId, awakeableId, { text }));
}

function proposed(): CoreTask {
  const task = startedTask();
  task.hear(asksFor(call("a", "pay", 1)));
  open(task, 0, "sign-1");
  return task;
}

describe("a decision", () => {
  it("makes the call ready when it names the digest by the awakeable that is open", () => {
    const task = proposed();
    expect(task.head.status).toBe("waiting-approval");
    settle(task, "sign-1", { by: "bob" });
    expect(operationAt(task, 0).state).toBe("ready");
    expect(task.head.status).toBe("queued");
    expect(task.log.slice(-2).map(({ type, actor }) => [type, actor.id])).toEqual([
      ["approval.decided", "bob"],
      ["task.woken", undefined],
    ]);
  });

  it.each([
    ["that names another digest", { digest: "f".repeat(64) }],
    ["without a digest", { digest: undefined }],
    ["that decides nothing", { decision: "maybe" }],
    ["with more than is asked for", { amount: 5 }],
    ["by a name that is not well-formed", { by: "\ud800" }],
    ["with a message that is not well-formed", { decision: "reject", message: "no \udfff" }],
  ])("%s changes nothing but the log, and the wait stays open", (_, change) => {
    const task = proposed();
    settle(task, "sign-1", change);
    expect(task.log.at(-1)?.type).toBe("approval.mismatch");
    expect(operationAt(task, 0)).toMatchObject({ state: "approval-requested" });
    expect(task.head.status).toBe("running");
    open(task, 0, "sign-2");
    expect(operationAt(task, 0).approval?.awakeableId).toBe("sign-2");
    expect(task.head.status).toBe("waiting-approval");
    settle(task, "sign-1");
    expect(operationAt(task, 0).state).toBe("approval-open");
    settle(task, "sign-2");
    expect(operationAt(task, 0).state).toBe("ready");
  });

  it("counts once", () => {
    const task = proposed();
    settle(task, "sign-1");
    const { length } = task.log;
    settle(task, "sign-1", { decision: "reject" });
    expect(task.log).toHaveLength(length);
  });
});

describe("a task that is to be cancelled", () => {
  it("stays so until it is, whatever is decided or opened meanwhile", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "pay", 1), call("b", "pay", 2)));
    open(task, 0, "sign-1");
    task.record(onCancel(task.head, "ann", undefined));
    settle(task, "sign-1");
    expect(task.head.status).toBe("cancelling");
    open(task, 1, "sign-2");
    expect(task.head.status).toBe("cancelling");
    expect(decide(task.head, task.agent, { steps: 0, bytes: 0 })).toEqual({
      do: "record",
      events: [{ type: "task.cancelled", data: { unknown: [] } }],
    });
  });
});

describe("a task with an effect that nobody knows of", () => {
  it("goes on to say so when an approval opens beside it", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "pay", 1), call("b", "write", 1)));
    task.takeIn(operationAt(task, 1), LOST);
    const decision = decide(task.head, task.agent, { steps: 0, bytes: 0 });
    if (decision.do === "record") task.record(decision.events);
    expect(task.head.status).toBe("waiting-reconcile");
    open(task, 0, "sign-1");
    expect(task.head.status).toBe("waiting-reconcile");
    expect(operationAt(task, 0).state).toBe("approval-open");
  });
});
