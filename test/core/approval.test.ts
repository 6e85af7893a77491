// Owns what each notice of an approval changes, and which change nothing.
import { describe, expect, it } from "vitest";
import { decide } from "../../core/decide.ts";
import { assembleContext } from "../../core/context.ts";
import { onCancel } from "../../core/transition/control.ts";
import type { CoreTask } from "./core-task.ts";
import {
  agentWith,
  asksFor,
  call,
  isBlocked,
  LOST,
  operationAt,
  returnsOk,
  startedTask,
  TOOLS,
} from "./core-task.ts";
import type { Notice, Wrong } from "./notices.ts";
import { decided, edited, opened, receiptOf, tell } from "./notices.ts";

function say(task: CoreTask, ordinal: number, notice: Notice, wrong: Wrong = {}): void {
  tell(task, operationAt(task, ordinal), notice, wrong);
}

function proposed(): CoreTask {
  const task = startedTask();
  task.hear(asksFor(call("a", "pay", 1)));
  say(task, 0, opened(operationAt(task, 0), "sign-1"));
  return task;
}

const next = (task: CoreTask) => decide(task.head, task.agent, { steps: 0, bytes: 0 });
const last = (task: CoreTask) => task.log.at(-1)?.type;

describe("a decision", () => {
  it("makes the call ready, and wakes the task", () => {
    const task = proposed();
    expect(task.head.status).toBe("waiting-approval");
    say(task, 0, decided(operationAt(task, 0), "approve", { by: "bob" }));
    expect(operationAt(task, 0).state).toBe("ready");
    expect(task.head.status).toBe("queued");
    expect(task.log.slice(-2).map(({ type, actor }) => [type, actor.id])).toEqual([
      ["approval.decided", "bob"],
      ["task.woken", undefined],
    ]);
  });

  it.each<readonly [string, Wrong]>([
    ["of another request", { approvalId: "f".repeat(64) }],
    ["that was taken before", { number: 1 }],
  ])("%s changes nothing at all", (_, wrong) => {
    const task = proposed();
    const { length } = task.log;
    say(task, 0, decided(operationAt(task, 0), "approve"), wrong);
    expect(task.log).toHaveLength(length);
  });

  it("F16 of another call than the one that was proposed is proposed anew, and not executed", () => {
    const task = proposed();
    say(task, 0, { ...decided(operationAt(task, 0), "approve"), digest: "f".repeat(64) });
    expect(task.all("approval.mismatch")).toHaveLength(1);
    expect(operationAt(task, 0)).toMatchObject({ state: "proposing" });
    expect(operationAt(task, 0).approval).toBeUndefined();
  });

  it("R39 with an edit executes the edited arguments, and tells the model", () => {
    const task = proposed();
    const edit = edited(task.head, operationAt(task, 0), { n: 2 });
    const digest = edit.digest;
    say(task, 0, {
      ...decided(operationAt(task, 0), "approve", { by: "ann" }),
      digest,
      edited: edit,
    });
    const operation = operationAt(task, 0);
    expect(operation).toMatchObject({ state: "ready", argumentsDigest: edit.argumentsDigest });
    expect(task.log[operation.answerSeq]?.type).toBe("approval.decided");
    task.takeIn(operation, returnsOk("paid"));
    expect(assembleContext(task.log).slice(-2)).toMatchObject([
      { role: "tool", result: { text: "paid" } },
      { role: "developer", text: expect.stringContaining('{"n":2}') as string },
    ]);
  });

  it("R39 R97 on an edit that others had to approve too executes that edit", () => {
    const task = proposed();
    const edit = edited(task.head, operationAt(task, 0), { n: 2 });
    const receipt = receiptOf("edit", edit.digest, "ann");
    say(task, 0, { type: "recorded", receipt, approvals: 1, quorum: 2, edited: edit });
    expect(operationAt(task, 0).approval).toMatchObject({ digest: edit.digest, approvals: 1 });
    expect(task.head.status).toBe("waiting-approval");
    say(task, 0, decided(operationAt(task, 0), "approve", { by: "bob" }));
    expect(operationAt(task, 0)).toMatchObject({
      state: "ready",
      argumentsDigest: edit.argumentsDigest,
    });
  });

  it("R39 with an edit whose digest is of something else is proposed anew", () => {
    const task = proposed();
    const edit = { ...edited(task.head, operationAt(task, 0), { n: 2 }), resource: "order/2" };
    const notice = decided(operationAt(task, 0), "approve");
    say(task, 0, { ...notice, digest: edit.digest, edited: edit });
    expect(operationAt(task, 0).state).toBe("proposing");
  });
});

describe("what decides nothing", () => {
  it("F16 of an awakeable that was spent on it, waits for the next one", () => {
    const task = proposed();
    say(task, 0, { type: "mismatch", reason: "it is not JSON", awakeableId: "sign-1" });
    expect(operationAt(task, 0)).toMatchObject({ state: "approval-requested" });
    expect(task.head.status).toBe("running");
    say(task, 0, opened(operationAt(task, 0), "sign-2"));
    expect(operationAt(task, 0).approval?.awakeableId).toBe("sign-2");
    expect(task.head.status).toBe("waiting-approval");
  });

  it.each<readonly [string, Notice]>([
    ["approval.mismatch", { type: "mismatch", reason: "another digest", by: "bob" }],
    ["approval.refused", { type: "refused", decision: "approve", reason: "policy", by: "bob" }],
    ["approval.asked", { type: "asked", question: "Why?", receipt: receiptOf("ask", "d", "bob") }],
    ["approval.reminded", { type: "reminded", rung: 1 }],
    ["approval.escalated", { type: "escalated", rung: 2, to: ["eve"] }],
  ])("R35 is logged as %s, and the wait stays open", (type, notice) => {
    const task = proposed();
    say(task, 0, notice);
    expect(last(task)).toBe(type);
    expect(operationAt(task, 0).state).toBe("approval-open");
    expect(task.head.status).toBe("waiting-approval");
  });
});

describe("an approval that ends without a decision", () => {
  it.each<readonly [Notice, string]>([
    [{ type: "expired" }, "approval_expired"],
    [{ type: "blocked", reason: "its evidence is missing" }, "approval_blocked"],
  ])("R36 F12 is an error for the model: %j", (notice, code) => {
    const task = proposed();
    say(task, 0, notice);
    expect(task.head.operations).toEqual([]);
    expect(task.head.status).toBe("queued");
    const result = assembleContext(task.log).at(-1);
    expect(JSON.stringify(result)).toContain(code);
  });

  it("R37 because something has changed is proposed anew, with the change in the log", () => {
    const task = proposed();
    const changes = [{ what: "precondition", captured: "a", now: "b" }];
    say(task, 0, { type: "stale", changes });
    expect(task.all("approval.stale").map(({ data }) => data.changes)).toEqual([changes]);
    expect(next(task)).toMatchObject({ do: "call-tools", operations: [{ state: "proposing" }] });
  });

  it("R37 because the agent has another version by now is proposed anew", () => {
    const task = proposed();
    say(task, 0, decided(operationAt(task, 0), "approve"));
    const newer = { ...agentWith(), version: "2" };
    const decision = decide(task.head, newer, { steps: 0, bytes: 0 });
    expect(decision).toMatchObject({
      do: "record",
      events: [
        { type: "approval.stale", data: { changes: [{ what: "agent-version" }] } },
        { type: "propose.requested" },
      ],
    });
  });
});

describe("a call that is blocked", () => {
  it("R37 as stale is proposed anew as another attempt, approved before or not", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "wire", 1)));
    task.takeIn(operationAt(task, 0), isBlocked("stale"));
    expect(operationAt(task, 0)).toMatchObject({ attempt: 2, state: "proposing", gated: true });
  });

  it("R96 while it is being proposed is never executed unasked by the attempt after", () => {
    const task = proposed();
    say(task, 0, { type: "stale", changes: [] });
    const operation = operationAt(task, 0);
    task.record([
      {
        type: "call.blocked",
        data: {
          ...operation,
          code: "credential",
          reason: "missing",
          startedAt: 1,
          durationMs: 1,
          retryAt: 1,
        },
      },
    ]);
    const decision = next(task);
    if (decision.do === "record") task.record(decision.events);
    expect(operationAt(task, 0)).toMatchObject({ attempt: 2, state: "proposing" });
  });
});

describe("a task that is to be cancelled", () => {
  it("withdraws what is open, and takes no decision on it any more", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "pay", 1), call("b", "pay", 2)));
    const first = operationAt(task, 0);
    say(task, 0, opened(first, "sign-1"));
    task.record(onCancel(task.head, "ann", undefined));
    expect(task.all("approval.withdrawn")).toHaveLength(2);
    const { length } = task.log;
    tell(task, first, decided(first, "approve"));
    expect(task.log).toHaveLength(length);
    expect(task.head.status).toBe("cancelling");
    const report = { undone: 0, committed: 0, unknown: 0, cancelled: 2 };
    expect(next(task)).toMatchObject({
      do: "record",
      events: [{ type: "task.cancelled", data: { unknown: [], report } }],
    });
  });
});

describe("a task with an effect that nobody knows of", () => {
  it("goes on to say so when an approval opens beside it", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "pay", 1), call("b", "write", 1)));
    task.takeIn(operationAt(task, 1), LOST);
    const decision = next(task);
    if (decision.do === "record") task.record(decision.events);
    expect(task.head.status).toBe("waiting-reconcile");
    say(task, 0, opened(operationAt(task, 0), "sign-1"));
    expect(task.head.status).toBe("waiting-reconcile");
    expect(operationAt(task, 0).state).toBe("approval-open");
  });
});

describe("a call of a tool that has a precondition", () => {
  it("R38 is put before a person once the tool has said what it rests on", () => {
    const [pay] = TOOLS.filter(({ name }) => name === "pay");
    if (pay === undefined) throw new Error("there is no tool pay");
    const tools = [{ ...pay, precondition: () => "as it is" }];
    const task = startedTask(agentWith({}, false, tools));
    task.hear(asksFor(call("a", "pay", 1, tools)));
    const operation = operationAt(task, 0);
    expect(operation.state).toBe("proposing");
    const { argumentsDigest } = operation;
    const timing = { v: 1, toolVersion: "7", startedAt: 5, durationMs: 1 } as const;
    const precondition = "a".repeat(64);
    task.propose(operation, { ...timing, outcome: "proposed", argumentsDigest, precondition });
    const [requested] = task.all("approval.requested");
    expect(requested?.data).toMatchObject({ toolVersion: "7", precondition, request: 1 });
    expect(operationAt(task, 0).toolVersion).toBe("7");
  });
});
