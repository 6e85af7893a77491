// Owns when a task counts as stuck (R67), in the pure core: at its bound and not before, once until it
// makes progress, told on once to the escalation owner (F13), and never while a person holds it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventBody } from "../../contract/event.ts";
import { TASK_STATUSES } from "../../contract/status.ts";
import type { StuckBounds } from "../../contract/watch.ts";
import { headSummary } from "../../core/head-summary.ts";
import { announcementOf } from "../../core/notification/notification-of.ts";
import type { Review } from "../../core/review/review-state.ts";
import { STATUS_CARE } from "../../core/watch/status-care.ts";
import { flagOf, isSuspect, onFlag, stuckAt, type WatchedHead } from "../../core/watch/stuck.ts";
import type { CoreTask } from "../core/core-task.ts";
import { asksFor, call, operationAt, returnsOk, startedTask, trouble } from "../core/core-task.ts";
import { waitingTask } from "../core/waiting-task.ts";

const BOUNDS: StuckBounds = {
  queuedMs: 100,
  stalledMs: 200,
  overdueMs: 300,
  retryingMs: 400,
  escalateMs: 500,
};

const park = (status: "waiting-provider" | "needs-operator", wakeAt: number): EventBody => ({
  type: "task.parked",
  data: { status, reason: "overloaded", wakeAt },
});
const started: EventBody = {
  type: "segment.started",
  data: { segment: 1, invocationId: "inv", agentVersion: "1", manifest: "0".repeat(64) },
};
const flag = (task: CoreTask, now: number): readonly string[] => {
  task.now = now;
  const flagging = flagOf(task.head, task.agent, BOUNDS, now);
  const events = flagging === undefined ? [] : onFlag(task.head, flagging.command, now);
  task.record(events);
  return events.map(({ type }) => type);
};

describe("a task is stuck", () => {
  it("R67 once it was queued for too long, said once", () => {
    const task = startedTask();
    const at = task.now;
    expect(flag(task, at + 99)).toEqual([]);
    expect(flag(task, at + 100)).toEqual(["task.stuck"]);
    expect(task.head.stuck).toMatchObject({ kind: "queued", since: at, at: at + 100 });
    expect(flag(task, at + 10_000)).toEqual([]);
    // Whoever has found the same before it was said says nothing more.
    const found = { kind: "no-progress", since: at } as const;
    const late = { type: "flag", found, at: at + 200, progressAt: at } as const;
    expect(onFlag(task.head, late, at + 200)).toEqual([]);
    // A message moves nothing, an answer does.
    task.say("And now?");
    expect(task.head.stuck).toBeDefined();
    task.record([started]);
    task.hear(asksFor(call("a", "look", 1)));
    expect(task.head.stuck).toBeUndefined();
  });

  it("R67 once it works without progress, beyond what its calls may take", () => {
    const task = startedTask();
    task.now += 50;
    task.record([started]);
    task.hear(asksFor(call("a", "look", 1)));
    const at = task.now;
    task.head = {
      ...task.head,
      operations: task.head.operations.map((each) => ({ ...each, state: "issued" })),
    };
    // startDeadlineMs and timeoutMs of the tool.
    const bound = at + 200 + 10_000 + 60_000;
    expect(flag(task, bound - 1)).toEqual([]);
    expect(flag(task, bound)).toEqual(["task.stuck"]);
    expect(task.head.stuck?.kind).toBe("no-progress");
    task.takeIn(operationAt(task, 0), returnsOk("fine"));
    expect(task.head.stuck).toBeUndefined();
  });

  it("R67 once its timer did not come, and then it goes on", () => {
    const task = waitingTask([["timer", 5_000]]);
    expect(flag(task, 5_299)).toEqual([]);
    expect(flag(task, 5_300)).toEqual(["task.stuck", "task.woken"]);
    expect(task.head).toMatchObject({ status: "queued", stuck: { kind: "overdue", since: 5_000 } });
  });

  it("R67 once it tries again and again, however often it parks anew", () => {
    const task = startedTask();
    const at = task.now;
    for (let round = 0; round < 4; round += 1) {
      task.record([started]);
      task.hear(trouble("wait"));
      task.record([park("waiting-provider", task.now + 90)]);
      expect(flag(task, task.now + 80)).toEqual([]);
      task.record([{ type: "task.woken", data: { from: "waiting-provider", by: "timer" } }]);
    }
    task.record([started, park("waiting-provider", at + 10_000)]);
    expect(flag(task, at + 400)).toEqual(["task.stuck"]);
    expect(task.head.stuck).toMatchObject({ kind: "retrying", since: at });
  });

  it("R67 at once where it says that it needs an operator, and tells so once", () => {
    const task = startedTask();
    const parks = (wakeAt: number) => {
      task.record([started, park("needs-operator", wakeAt)]);
      const last = task.log.at(-1);
      return last && announcementOf(task.head, last)?.notification.data.kind;
    };
    expect(parks(90)).toBe("needs-operator");
    const marked = task.head.stuck;
    task.record([{ type: "task.woken", data: { from: "needs-operator", by: "timer" } }]);
    expect(parks(190)).toBeUndefined();
    expect(task.head.stuck).toEqual(marked);
  });

  it("F13 R67 and its escalation owner is told once, after a while", () => {
    const task = startedTask();
    task.record([
      { type: "owner.changed", data: { owner: "ann", escalation: "bea" } },
      started,
      park("needs-operator", 90),
    ]);
    const { at } = task.head.stuck ?? { at: 0 };
    expect(flag(task, at + 499)).toEqual([]);
    const notices = flagOf(task.head, task.agent, BOUNDS, at + 500)?.notices;
    expect(notices?.map(({ notification }) => notification)).toMatchObject([
      { type: "task.stuck", data: { owner: "ann", escalation: "bea", kind: "needs-operator" } },
    ]);
    expect(flag(task, at + 500)).toEqual(["task.escalated"]);
    expect(task.head.stuck?.escalated).toEqual({ to: "bea", at: at + 500 });
    expect(flag(task, at + 10_000)).toEqual([]);
  });

  it("R67 F13 whose lock is held is told of by the same ids until it records it", () => {
    const task = startedTask();
    task.record([{ type: "owner.changed", data: { owner: "ann", escalation: "bea" } }]);
    const at = task.now;
    const idsAt = (now: number) =>
      flagOf(task.head, task.agent, BOUNDS, now)?.notices.map(({ id }) => id);
    const [first] = idsAt(at + 100) ?? [];
    expect(first).toBeDefined();
    expect(idsAt(at + 499)).toEqual([first]);
    expect(idsAt(at + 500)).toEqual([first, `${first}/bea`]);
    expect(idsAt(at + 9_000)).toEqual([first, `${first}/bea`]);
    const flagging = flagOf(task.head, task.agent, BOUNDS, at + 100);
    // By the time that the lock is free it has moved: its log says what was, and no more is marked.
    task.now = at + 9_000;
    task.record([started]);
    task.hear(asksFor(call("a", "look", 1)));
    if (flagging !== undefined) task.record(onFlag(task.head, flagging.command, task.now));
    const found = { kind: "queued", since: at, foundAt: at + 100, over: true };
    expect(task.log.at(-1)).toMatchObject({ type: "task.stuck", data: found });
    expect(task.head.stuck).toBeUndefined();
  });

  it("F13 nobody is told twice who is owner and escalation owner", () => {
    const task = startedTask();
    task.record([
      { type: "owner.changed", data: { owner: "ann", escalation: "ann" } },
      started,
      park("needs-operator", 90),
    ]);
    expect(flag(task, task.now + 10_000)).toEqual([]);
  });

  it("R67 never while a person holds it", () => {
    const task = waitingTask([["timer", 5_000]]);
    task.record([
      { type: "task.paused", reason: "wait", data: { from: "waiting-timer", when: "now" } },
    ]);
    expect(flag(task, 1e9)).toEqual([]);
  });

  it("R67 a deadline of an approval counts, as of a wait", () => {
    const approval = { expiresAt: 1_000 };
    const asked = (state: "approval-open" | "ready"): WatchedHead => ({
      status: "waiting-approval",
      updatedAt: 0,
      park: { number: 1 },
      operations: [{ state, approval }],
    });
    expect(stuckAt(asked("approval-open"), BOUNDS, 1_299)).toBeUndefined();
    expect(stuckAt(asked("approval-open"), BOUNDS, 1_300)).toEqual({
      kind: "overdue",
      since: 1_000,
    });
    expect(stuckAt(asked("ready"), BOUNDS, 1e9)).toBeUndefined();
  });

  it("R67 R70 a deadline of an output review counts while it is open", () => {
    const asked = (state: "open" | "approved"): WatchedHead => ({
      status: "waiting-approval",
      updatedAt: 0,
      park: { number: 1 },
      operations: [],
      review: { state, asked: { expiresAt: 1_000 } },
    });
    expect(isSuspect(asked("open"), BOUNDS, 1_299)).toBe(false);
    expect(isSuspect(asked("open"), BOUNDS, 1_300)).toBe(true);
    expect(isSuspect(asked("approved"), BOUNDS, 1e9)).toBe(false);
  });

  it("R67 is seen by what stays readable of an encrypted head as by all of it", () => {
    const time = fc.integer({ min: 0, max: 2_000 });
    const head = fc.record({
      status: fc.constantFrom(...TASK_STATUSES),
      since: time,
      progressAt: time,
      wakeAt: fc.option(time, { nil: undefined }),
      now: time,
      held: fc.boolean(),
      expiresAt: fc.option(time, { nil: undefined }),
    });
    const { head: base } = waitingTask([["timer", 900]]);
    const reviewUntil = (expiresAt: number): Review => {
      const asked = { approvalId: "a", request: 1, seq: 1, digest: "", argumentsDigest: "" };
      const by = { agentVersion: "1", policyVersion: "1", quorum: 1, notices: 0 };
      return { state: "open", step: 1, answerSeq: 1, asked: { ...asked, ...by, expiresAt } };
    };
    fc.assert(
      fc.property(head, ({ status, since, progressAt, wakeAt, now, held, expiresAt }) => {
        const hold = { kind: "paused", reason: "r", at: 1, from: "running" } as const;
        const whole = {
          ...base,
          status,
          since,
          progressAt,
          park: { number: 1, ...(wakeAt === undefined ? {} : { wakeAt }) },
          ...(held ? { hold } : {}),
          ...(expiresAt === undefined ? {} : { review: reviewUntil(expiresAt) }),
        };
        const seen = JSON.parse(JSON.stringify(headSummary(whole))) as WatchedHead;
        expect(isSuspect(seen, BOUNDS, now)).toBe(isSuspect(whole, BOUNDS, now));
        expect(held && isSuspect(whole, BOUNDS, now)).toBe(false);
        const rests = STATUS_CARE[status].watch === "never";
        expect(rests && isSuspect(whole, BOUNDS, now)).toBe(false);
      }),
    );
  });
});
