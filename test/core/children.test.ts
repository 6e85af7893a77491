// Owns that a call of a child ends once, whatever comes in whatever order, that so many children are
// at work at once, and that none is left behind by its parent's end (F30, F31, R82).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChildEnd, ChildNotice } from "../../contract/child.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { hasEnded } from "../../contract/status.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import { childTaskId } from "../../core/child/child-id.ts";
import type { ChildOperation } from "../../core/child/children.ts";
import { isChildCall } from "../../core/child/children.ts";
import { noticeOf, withNotice } from "../../core/child/note-parent.ts";
import { decide } from "../../core/decide.ts";
import { defineAgent } from "../../core/define-agent.ts";
import { chainProblem } from "../../core/log.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import { onChildNotice, onStartChildren } from "../../core/transition/child.ts";
import { onCancel, onTimer } from "../../core/transition/control.ts";
import { onKill, onRetire } from "../../core/transition/end.ts";
import { onWithdraw } from "../../core/transition/withdraw-operation.ts";
import { delegate } from "../../tools/delegate.ts";
import type { CoreTask } from "./core-task.ts";
import { asksFor, call, says, startedTask } from "./core-task.ts";

const MOST = 3;
const UNTIL = 5_000;
const tool = delegate({ agents: [{ name: "helper" }] });
const agent = defineAgent({
  name: "clerk",
  instructions: "Do it.",
  model: { provider: "scripted", model: "small" },
  tools: [tool],
  limits: { maxOpenChildren: MOST },
});

/** A call for each: of a child of its own, or of the one that has this key. */
function parent(keys: readonly (string | undefined)[], leaveRunning: boolean): CoreTask {
  const task = startedTask(agent);
  const asked = keys.map((key, n) => {
    const made = call(`c${n}`, "delegate", n, [tool]);
    if (!made.check.ok) throw new Error("the call is good");
    const operationId = `${task.head.taskUid}/1/${n}/1`;
    const taskId = childTaskId({ taskUid: task.head.taskUid, operationId }, "helper", key);
    const wait: WaitRequest = {
      kind: "child",
      agent: "helper",
      taskId,
      message: { text: `Part ${n}.` },
      deadlineAt: UNTIL + n * 100,
      ...(key === undefined ? {} : { kept: true }),
      ...(leaveRunning ? { leaveRunning } : {}),
    };
    return { ...made, check: { ...made.check, wait } };
  });
  task.hear(asksFor(...asked));
  work(task);
  return task;
}

/** Runs a segment. */
function work(task: CoreTask): void {
  const place = { invocationId: "inv", agentVersion: "1", manifest: "0".repeat(64) };
  task.record([{ type: "segment.started", data: { segment: 1, ...place } }]);
  for (let turns = 0; turns < 1_000; turns += 1) {
    const next = decide(task.head, agent, { steps: 0, bytes: 0 });
    if (next.do === "record") task.record(next.events);
    else if (next.do === "start-children")
      task.record(onStartChildren(task.head, agent, next.operations));
    else if (next.do === "call-model") task.hear(says("Done."));
    else return;
  }
  throw new Error("the segment does not end");
}

type Act =
  | {
      readonly do: "end";
      readonly pick: number;
      readonly as: "answer" | "fail";
      readonly over: boolean;
    }
  | { readonly do: "gone"; readonly pick: number; readonly as: "cancelled" | "killed" | "retired" }
  | { readonly do: "timer"; readonly late: number }
  | { readonly do: "withdraw"; readonly pick: number }
  | { readonly do: "again" }
  | { readonly do: "interrupt" }
  | { readonly do: "cancel" | "retire" | "kill" };

const pick = fc.nat(7);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      pick,
      as: fc.constantFrom("answer" as const, "fail" as const),
      over: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("gone" as const),
      pick,
      as: fc.constantFrom("cancelled" as const, "killed" as const, "retired" as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "again" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("timer" as const), late: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("withdraw" as const), pick }) },
  { weight: 1, arbitrary: fc.constant({ do: "interrupt" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("cancel", "retire", "kill") }) },
);

function noticeTo(each: ChildOperation, end: ChildEnd, over?: ChildNotice["over"]): ChildNotice {
  const { operationId, wait } = each;
  const { agent: name, taskId } = wait.child;
  const told = {
    type: "child",
    agent: name,
    taskId,
    taskUid: `uid-${taskId}`,
    operationId,
    end,
  } as const;
  return over === undefined ? told : { ...told, over };
}

interface Play {
  readonly task: CoreTask;
  readonly calls: readonly ChildOperation[];
  /** What was told before, to be told again. */
  readonly told: ChildNotice[];
}

function hear({ task, told }: Play, notice: ChildNotice): void {
  told.push(notice);
  task.record(onChildNotice(task.head, notice, { agent, now: task.now }));
}

function perform(play: Play, given: Act): void {
  const { task, calls, told } = play;
  const picked = "pick" in given ? calls[given.pick % calls.length] : undefined;
  task.now += 10;
  switch (given.do) {
    case "end": {
      if (picked === undefined || !isOpen(task, picked)) return;
      const end: ChildEnd =
        given.as === "answer"
          ? { outcome: "answered", answer: { text: "4" } }
          : { outcome: "failed", code: "step_limit", message: "too long" };
      return hear(play, noticeTo(picked, end, given.over ? "completed" : undefined));
    }
    case "gone":
      if (picked === undefined || !isOpen(task, picked)) return;
      return hear(play, noticeTo(picked, { outcome: "ended", status: given.as }, given.as));
    case "again":
      for (const notice of told) hear({ ...play, told: [] }, notice);
      return;
    case "timer": {
      const { wakeAt, number } = task.head.park;
      task.now = Math.max(task.now, (wakeAt ?? 0) + given.late);
      return task.record(onTimer(task.head, number));
    }
    case "withdraw":
      if (picked === undefined || task.head.cancelling || hasEnded(task.head.status)) return;
      return task.record(
        onWithdraw(task.head, { operationId: picked.operationId, reason: "no need" }),
      );
    case "interrupt":
      return task.say("Stop.", "interrupt");
    case "cancel":
      return task.record(onCancel(task.head, "ann", "enough"));
    case "retire":
      if (task.head.cancelling || hasEnded(task.head.status)) return;
      return task.record(onRetire(task.head, { by: "ann", reason: "enough" }));
    case "kill":
      return task.record(onKill(task.head, { by: "ann", reason: "enough" }, agent));
  }
}

/** A child answers only what it was sent. */
function isOpen({ log }: CoreTask, { operationId }: ChildOperation): boolean {
  return log.some((each) => each.type === "child.started" && each.data.operationId === operationId);
}

/** Children that were started and neither ended nor were told to, by the log alone. */
function leftBehind(log: readonly TaskEvent[]): readonly string[] {
  const live = new Map<string, boolean>();
  for (const { type, data } of log) {
    if (type === "child.started") live.set(data.taskId, data.kept === true);
    if (type === "child.left" || type === "child.ended") live.delete(data.taskId);
    if (type !== "tool.returned" || data.child === undefined) continue;
    // Without a key it is done with its first answer, or rests for ever.
    if (data.child.over !== undefined || live.get(data.child.taskId) === false)
      live.delete(data.child.taskId);
  }
  return [...live.keys()];
}

function atWork({ operations }: { readonly operations: readonly string[] }): boolean {
  return operations.length > 0;
}

const keys = fc.array(fc.option(fc.constantFrom("k", "l"), { nil: undefined, freq: 2 }), {
  minLength: 1,
  maxLength: 8,
});

describe("a call of a child", () => {
  it("R82 F30 F31 ends once, in every order of ends, deadlines, withdrawals, cancels and repeats", () => {
    const seen = new Set<string>();
    const property = fc.property(
      keys,
      fc.boolean(),
      fc.array(act, { maxLength: 16 }),
      (given, leaveRunning, acts) => {
        const task = parent(given, leaveRunning);
        const calls = task.head.operations.filter(isChildCall);
        const play: Play = { task, calls, told: [] };
        const settle = (): void => {
          if (isSegmentDue(task.head)) work(task);
          const working = (task.head.children ?? []).filter(atWork);
          expect(working.length).toBeLessThanOrEqual(MOST);
        };
        for (const each of acts) {
          perform(play, each);
          settle();
        }
        // Whatever is left ends by its deadline, and the task when it is told to.
        for (let left = 0; left < 20 && task.head.operations.length > 0; left += 1) {
          perform(play, { do: "timer", late: 0 });
          settle();
        }
        perform(play, { do: "cancel" });
        settle();
        perform(play, { do: "timer", late: 0 });
        settle();
        expect(hasEnded(task.head.status), task.head.status).toBe(true);
        expect(leftBehind(task.log)).toEqual([]);
        const ends = task.all("tool.returned").map(({ data }) => data);
        for (const { operationId } of calls)
          expect(ends.filter((each) => each.operationId === operationId)).toHaveLength(1);
        for (const each of ends) seen.add("code" in each ? each.code : each.outcome);
        expect(chainProblem(task.log)).toBeUndefined();
        const before = task.log.length;
        perform(play, { do: "again" });
        expect(task.log).toHaveLength(before);
      },
    );
    fc.assert(property, { numRuns: 600 });
    const codes = ["child_failed", "child_cancelled", "child_killed", "child_timed_out"];
    for (const each of ["ok", "withdrawn", ...codes]) expect(seen).toContain(each);
  });

  it("F30 waits for its turn, in order, and takes no turn with a child that is at work", () => {
    const task = parent(["k", undefined, undefined, undefined, "k"], false);
    const started = task.all("child.started").map(({ data }) => data.callId);
    expect(started).toEqual(["c0", "c1", "c2", "c4"]);
    expect(task.head.status).toBe("waiting-child");
  });

  it("L6 takes little of the head", () => {
    const task = parent(
      Array.from({ length: 64 }, () => undefined),
      false,
    );
    expect(JSON.stringify(task.head).length).toBeLessThan(64 * 1024);
  });
});

describe("what a child tells", () => {
  it("R82 of an end that comes with its answer is one notice", () => {
    const start = startedTask();
    const parentTask = { agent: "boss", taskId: "p", taskUid: "u", operationId: "u/1/0/1" };
    const head = {
      ...start.head,
      parent: { ...parentTask, depth: 1, maxDepth: 5, once: true as const },
      turn: { ...start.head.turn, asked: "u/1/0/1" },
    };
    const task = { ...start, head };
    let notices: readonly ChildNotice[] = [];
    const events = [
      { type: "turn.completed", data: { turn: 1, step: 1, answer: { text: "4" } } },
      { type: "task.completed", data: { by: "one-shot" } },
    ] as const;
    for (const [index, body] of events.entries()) {
      const status = index === 0 ? "idle" : "completed";
      const event = { ...body, seq: index } as unknown as TaskEvent;
      const notice = noticeOf({ ...task.head, status }, event, false);
      if (notice !== undefined) notices = withNotice(notices, notice);
    }
    expect(notices).toMatchObject([
      { operationId: "u/1/0/1", end: { outcome: "answered" }, over: "completed" },
    ]);
    expect(notices).toHaveLength(1);
  });
});
