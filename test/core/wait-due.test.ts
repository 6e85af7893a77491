// Owns that a deadline which a task sees pass is not the end of its wait for an event: the inbox has the
// last word on what it took in time (F12).
import { describe, expect, it } from "vitest";
import { onTimer } from "../../core/transition/control.ts";
import { onEventNotice, onNoEvent } from "../../core/transition/wait.ts";
import { endsOf, hearInboxes, runIfDue, waitingTask } from "./waiting-task.ts";

describe("the deadline of a wait for an event", () => {
  it("F12 is no end where the inbox took an event in time, although the task saw it pass first", () => {
    const task = waitingTask([["event", 2_000]]);
    const id = task.head.operations[0]?.operationId ?? "";
    task.now = 2_500;
    task.record(onTimer(task.head, task.head.park.number));
    runIfDue(task);
    expect(task.head.status).toBe("waiting-event");
    const payload = { text: "1" };
    const event = { operationId: id, eventId: "e-1", receivedAt: 1_990, payload };
    task.record(onEventNotice(task.head, event, { agent: task.agent, now: task.now }));
    runIfDue(task);
    expect(endsOf(task)).toEqual({ w0: ["event"] });
    const before = task.log.length;
    const at = { agent: task.agent, now: task.now };
    task.record(onNoEvent(task.head, { operationId: id }, at));
    expect(task.log).toHaveLength(before);
  });

  it("L3 asks an inbox again that has not answered, and never ends without its word", () => {
    const task = waitingTask([["event", 2_000]]);
    for (let n = 0; n < 3; n += 1) {
      task.now = task.head.park.wakeAt ?? 0;
      task.record(onTimer(task.head, task.head.park.number));
      runIfDue(task);
    }
    expect(task.all("wait.due")).toHaveLength(3);
    expect(endsOf(task)).toEqual({});
    hearInboxes(task);
    expect(endsOf(task)).toEqual({ w0: ["deadline"] });
  });
});
