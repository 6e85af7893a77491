// Owns that a wait ends once, whatever comes in whatever order, and what its end says (L3).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventNotice } from "../../contract/inbox.ts";
import { assembleContext } from "../../core/context.ts";
import { chainProblem } from "../../core/log.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import { answerProblem, onAnswer } from "../../core/transition/answer.ts";
import { onCancel, onTimer } from "../../core/transition/control.ts";
import { onEventNotice } from "../../core/transition/wait.ts";
import { onWithdraw, withdrawProblem } from "../../core/transition/withdraw-operation.ts";
import { endedSubscriptions, firstEnd } from "../../core/wait/wait-terms.ts";
import { reduce } from "../../core/reduce.ts";
import { newHead } from "../../core/transition/message.ts";
import type { CoreTask } from "./core-task.ts";
import { asksFor, call, NEW_TASK, startedTask } from "./core-task.ts";
import { opened, tell } from "./notices.ts";
import type { WaitName } from "./waiting-task.ts";
import {
  answerOf,
  asksToWait,
  endsOf,
  fireTimer,
  hearInboxes,
  runIfDue,
  waitingAgent,
  waitingTask,
} from "./waiting-task.ts";

const DAY = 86_400_000;

function notice(operationId: string, receivedAt: number): EventNotice {
  return {
    type: "event",
    operationId,
    eventId: "e-1",
    receivedAt,
    payload: { text: '{"ok":true}' },
  };
}

function hearEvent(task: CoreTask, operationId: string, receivedAt: number): void {
  const at = { agent: task.agent, now: task.now };
  task.record(onEventNotice(task.head, notice(operationId, receivedAt), at));
  runIfDue(task);
}

type Act =
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "timer"; readonly stale: boolean }
  | { readonly do: "event"; readonly pick: number; readonly ago: number }
  | { readonly do: "answer"; readonly pick: number }
  | { readonly do: "withdraw"; readonly pick: number }
  | { readonly do: "inbox" }
  | { readonly do: "message" }
  | { readonly do: "cancel" };

const pick = fc.nat(3);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(400) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("timer" as const), stale: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("event" as const), pick, ago: fc.nat(300) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("answer" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("withdraw" as const), pick }) },
  { weight: 2, arbitrary: fc.constant({ do: "inbox" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "message" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "cancel" as const }) },
);
const kinds = fc.array(
  fc.tuple(
    fc.constantFrom<WaitName[]>("timer", "event", "question"),
    fc.integer({ min: 1_001, max: 2_500 }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** What is to be, told by the rules of docs/waits.md alone: the first that counts ends a wait. */
interface Expected {
  readonly id: string;
  readonly callId: string;
  readonly kind: WaitName;
  readonly endsAt: number;
  via?: string;
}

function perform(task: CoreTask, given: Act, waits: readonly Expected[]): void {
  const picked = "pick" in given ? waits[given.pick % waits.length] : undefined;
  const end = (each: Expected | undefined, via: string): void => {
    if (each !== undefined) each.via ??= via;
  };
  switch (given.do) {
    case "pass":
      task.now += given.ms;
      return;
    case "timer": {
      const { wakeAt, number } = task.head.park;
      if (!given.stale) task.now = Math.max(task.now, wakeAt ?? 0);
      task.record(onTimer(task.head, number - (given.stale ? 1 : 0)));
      return;
    }
    case "event": {
      if (picked === undefined) return;
      const receivedAt = Math.max(1_000, task.now - given.ago);
      if (picked.kind === "event" && receivedAt <= picked.endsAt) end(picked, "event");
      const at = { agent: task.agent, now: task.now };
      task.record(onEventNotice(task.head, notice(picked.id, receivedAt), at));
      return;
    }
    case "answer": {
      if (picked === undefined) return;
      if (picked.kind === "question" && task.now <= picked.endsAt) end(picked, "answer");
      if (answerProblem(task.head, { operationId: picked.id }, task.now) !== undefined) return;
      const said = answerOf(picked.id, "a", "ada");
      task.record(onAnswer(task.head, said, { agent: task.agent, now: task.now }));
      return;
    }
    case "withdraw":
      if (picked === undefined || task.head.cancelling) return;
      end(picked, "withdrawal");
      task.record(onWithdraw(task.head, { operationId: picked.id, reason: "no need" }));
      return;
    case "inbox": {
      const told = hearInboxes(task);
      for (const each of waits) if (told.includes(each.id)) end(each, "deadline");
      if (told.length > 0) noteDue(task, waits);
      return;
    }
    case "message":
      task.say("And?");
      return;
    case "cancel":
      for (const each of waits) end(each, "withdrawal");
      task.record(onCancel(task.head, "ada", "enough"));
      return;
  }
}

/** A segment decides what is due before anything else. */
function work(task: CoreTask, waits: readonly Expected[]): void {
  if (runIfDue(task)) noteDue(task, waits);
}

function noteDue(task: CoreTask, waits: readonly Expected[]): void {
  for (const each of waits) {
    // What an inbox took in time counts until it has said that there is nothing.
    if (each.endsAt > task.head.updatedAt || each.kind === "event") continue;
    each.via ??= each.kind === "timer" ? "timer" : "deadline";
  }
}

describe("a wait", () => {
  it("L3 F12 R41 ends once, in every order of its time, events, answers, withdrawal and cancel", () => {
    const seen = new Set<string | undefined>();
    const property = fc.property(kinds, fc.array(act, { maxLength: 14 }), (waits, acts) => {
      const task = waitingTask(waits);
      const expected = task.head.operations.map((each, n): Expected => {
        const [kind, endsAt] = waits[n] ?? ["timer", 0];
        return { id: each.operationId, callId: each.callId, kind, endsAt };
      });
      for (const given of acts) {
        perform(task, given, expected);
        work(task, expected);
        restsUntilTheFirst(task.head);
      }
      // Whatever is left ends by itself.
      for (let left = 0; left < 8 && task.head.operations.length > 0; left += 1) {
        perform(task, { do: "timer", stale: false }, expected);
        work(task, expected);
        perform(task, { do: "inbox" }, expected);
        work(task, expected);
      }
      const wanted = Object.fromEntries(expected.map((each) => [each.callId, [each.via]]));
      expect(endsOf(task)).toEqual(wanted);
      for (const { via } of expected) seen.add(via);
      expect(chainProblem(task.log)).toBeUndefined();
      const missed = expected.filter(({ kind, via }) => kind === "event" && via !== "event");
      expect(toldInboxes(task)).toEqual(expect.arrayContaining(missed.map(({ id }) => id)));
    });
    fc.assert(property, { numRuns: 500 });
    expect(seen).toEqual(new Set(["answer", "deadline", "event", "timer", "withdrawal"]));
  });

  /** A parked task wakes by itself when the first of all is due, and not before. */
  function restsUntilTheFirst({ status, park, operations }: TaskHead): void {
    if (!status.startsWith("waiting-")) return;
    expect(park.wakeAt).toBe(firstEnd(operations));
  }

  /** Whose subscriptions were ended at their inboxes. */
  function toldInboxes({ log }: CoreTask): readonly string[] {
    let head = newHead(NEW_TASK);
    return log.flatMap((event) => {
      const before = head;
      head = reduce(before, event);
      return endedSubscriptions(before, head, event).map(({ operationId }) => operationId);
    });
  }
});

describe("the end of a wait", () => {
  it("R40 tells the model how late it is, a month after its time", () => {
    const task = waitingTask([["timer", 2_000]]);
    fireTimer(task, 30 * DAY);
    const [end] = task.all("tool.returned");
    expect(end?.data.lateMs).toBe(30 * DAY);
    const read = JSON.stringify(assembleContext(task.log));
    expect(read).toContain("30 days after it was due");
    expect(task.head.status).toBe("idle");
  });

  it("R40 stops an agent that says so, and nothing is called", () => {
    const agent = waitingAgent({ whenLate: "stop" });
    const task = waitingTask([["event", 2_000]], { agent });
    fireTimer(task, 30 * DAY);
    expect(task.head.status).toBe("failed");
    expect(task.all("turn.failed")[0]?.data).toMatchObject({ code: "too_late" });
    expect(task.all("model.answered")).toHaveLength(1);
  });

  it("R40 is not late within the hour, nor for an event that was kept", () => {
    const agent = waitingAgent({ whenLate: "stop" });
    const inTime = waitingTask([["timer", 2_000]], { agent });
    fireTimer(inTime, 3_600_000);
    expect(inTime.head.status).toBe("idle");
    const kept = waitingTask([["event", 2_000]], { agent });
    hearEvent(kept, kept.head.operations[0]?.operationId ?? "", kept.now - 6 * DAY);
    expect(kept.head.status).toBe("idle");
  });

  it("L3 lets the turn go on when all calls of the step have ended, and not before", () => {
    const task = waitingTask(
      [
        ["event", 5_000],
        ["timer", 3_000],
      ],
      { beside: ["look"] },
    );
    expect(task.head.status).toBe("waiting-event");
    const [event] = task.head.operations;
    hearEvent(task, event?.operationId ?? "", task.now);
    expect(task.head).toMatchObject({ status: "waiting-timer", park: { wakeAt: 3_000 } });
    expect(task.all("model.answered")).toHaveLength(1);
    fireTimer(task);
    expect(task.head.status).toBe("idle");
    expect(endsOf(task)).toEqual({ w0: ["event"], w1: ["timer"], b0: ["ok"] });
  });

  it("L3 R33 is not forgotten when an approval opens beside it", () => {
    const task = waitingTask([["event", 3_000]], { beside: ["pay"] });
    const [, pay] = task.head.operations;
    if (pay === undefined) throw new Error("no approval was asked for");
    tell(task, pay, opened(pay, "sign-1"));
    expect(task.head).toMatchObject({ status: "waiting-approval", park: { wakeAt: 3_000 } });
    fireTimer(task);
    expect(endsOf(task)).toEqual({ w0: ["deadline"] });
    expect(task.head.status).toBe("waiting-approval");
  });

  it("L3 comes with a task that a tool has ended", () => {
    const task = waitingTask([["event", 5_000]], { beside: ["finish"] });
    expect(task.head.status).toBe("completed");
    expect(endsOf(task)).toEqual({ w0: ["withdrawal"], b0: ["ok"] });
  });

  it("F7 is a change: an agent that looks and sleeps in turns is in no loop", () => {
    const task = waitingTask([["timer", 2_000]], { beside: ["look"] });
    for (let at = 3_000; at < 20_000; at += 1_000)
      fireTimer(task, 0, asksToWait([["timer", at]], ["look"]));
    expect(task.all("turn.failed")).toEqual([]);
    expect(task.all("model.answered").length).toBeGreaterThan(15);
  });

  it("takes no time of the turn", () => {
    const agent = waitingAgent({ limits: { maxTurnMs: 1_000 } });
    const task = waitingTask([["timer", 20 * DAY]], { agent });
    fireTimer(task);
    expect(task.head.status).toBe("idle");
  });
});

it("L7 a call that may be having an effect is nobody's to withdraw", () => {
  const task = startedTask();
  task.hear(asksFor(call("a", "write", 0)));
  const [ready] = task.head.operations;
  const withdrawal = { operationId: ready?.operationId ?? "", reason: "no need" };
  for (const head of [task.head, markIssued(task.head)]) {
    expect(withdrawProblem(head, withdrawal)?.code).toBe("operation_not_waiting");
    expect(onWithdraw(head, withdrawal)).toEqual([]);
  }
});

it("L6 a head with 64 waits is small", () => {
  const task = waitingTask(Array.from({ length: 64 }, () => ["event", 9_000] as const));
  expect(task.head.operations).toHaveLength(64);
  expect(JSON.stringify(task.head).length).toBeLessThan(64 * 1024);
});
