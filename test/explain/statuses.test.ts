// Owns that a task in any status says why it does not move (R75, R100), from constructed heads: what
// blocks it, since when, until when, who can bring it on and how, and when it looks again by itself.
import { describe, expect, it } from "vitest";
import type { Explanation } from "../../contract/explanation.ts";
import { TASK_STATUSES } from "../../contract/status.ts";
import { explain, seqsExplained } from "../../core/explain/explain.ts";
import { withEngine } from "../../core/explain/with-engine.ts";
import type { TaskHead } from "../../core/task-head.ts";
import {
  agentWith,
  asksFor,
  call,
  LOST,
  operationAt,
  returnsError,
  says,
  startedTask,
  trouble,
} from "../core/core-task.ts";
import { waitingTask } from "../core/waiting-task.ts";
import { headIn, HOLD, operation, ROWS, T, wait, WAKE } from "./support/status-rows.ts";

const agent = agentWith();
const explained = (head: TaskHead): Explanation =>
  explain(head, { agent, eventAt: () => undefined });

describe("explain", () => {
  it.each(TASK_STATUSES)(
    "R100 says of a task that is %s what blocks it, and who can help",
    (status) => {
      const { head, kind, what, since, until, who, verb } = ROWS[status];
      const said = explained(head);
      const [first] = said.blockers;
      expect(first).toMatchObject({ kind, since, who });
      expect(first.what).toContain(what);
      expect(first.until).toBe(until);
      expect(first.how[0]?.verb).toBe(verb);
      expect(said.nextWakeAt).toBe(head.park.wakeAt);
      expect(said.text.startsWith(`${status}; since 1970-01-01T00:`)).toBe(true);
      expect(said.text).not.toContain("\n");
      expect(said.text).toContain(first.how[0]?.path ?? "nobody can change that");
      const named = said.blockers.flatMap(({ operationId }) => operationId ?? []);
      expect(named).toEqual(head.operations.map(({ operationId }) => operationId));
    },
  );

  it("R100 names the gravest of several operations first, and lists the rest", () => {
    const ids = (["issued", "approval-open", "unknown", "blocked"] as const).map((state) =>
      operation(state, {
        operationId: state,
        ...(state === "blocked" ? { block: { code: "credential", reason: "", retryAt: T } } : {}),
      }),
    );
    const said = explained(headIn("waiting-reconcile", { operations: [...ids, wait("timer")] }));
    expect(said.blockers.map(({ kind }) => kind)).toEqual([
      "unknown-effect",
      "credential",
      "approval",
      "timer",
      "tool",
    ]);
    expect(said.text).toContain("4 more below");
  });

  it("R100 a hold stands above what the task waits for without it", () => {
    const hold = { kind: "paused", ...HOLD, from: "waiting-provider" } as const;
    const said = explained(headIn("paused", { hold, ...WAKE }));
    expect(said.blockers.map(({ kind }) => kind)).toEqual(["hold", "provider"]);
  });

  it("R100 says the address of an event, and the words of the wait, from the log", () => {
    const task = waitingTask([
      ["event", 90_000],
      ["question", 80_000],
    ]);
    const eventAt = (seq: number) => task.log[seq];
    const said = explain(task.head, { agent: task.agent, eventAt });
    expect(said.blockers).toMatchObject([
      { kind: "question", until: 80_000, how: [{ verb: "answer" }, { verb: "withdraw" }] },
      {
        kind: "event",
        until: 90_000,
        how: [
          { path: "/restate/call/holdfast.events/publish", body: { topic: "paid", key: "7" } },
          { verb: "withdraw" },
        ],
      },
    ]);
    expect(seqsExplained(task.head)).toHaveLength(2);
  });

  it("R75 shows the step, the last error with its step, what happens on resume and what is pending", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "look", 1), call("b", "wire", 2)));
    task.now += 10;
    const failing = operationAt(task, 0);
    task.takeIn(failing, returnsError("not_there"));
    task.takeIn(operationAt(task, 1), LOST);
    const { onResume } = explain(task.head, { agent: task.agent, eventAt: (seq) => task.log[seq] });
    expect(onResume).toMatchObject({ turn: 1, step: 1 });
    expect(onResume.next).toBe(
      "wire is not called again before it is known whether it took effect",
    );
    expect(onResume.pending).toEqual([expect.stringContaining("whether wire took effect")]);
    expect(onResume.lastError).toMatchObject({
      step: 1,
      event: "tool.returned",
      code: "unknown",
      at: task.now,
    });
  });

  it("R75 forgets an error with the turn that had it", () => {
    const task = startedTask();
    task.hear(trouble("terminal"));
    const errorOf = () =>
      explain(task.head, { agent, eventAt: (seq) => task.log[seq] }).onResume.lastError;
    expect(errorOf()).toMatchObject({ event: "turn.failed", step: 0 });
    task.say("Again.");
    expect(errorOf()).toBeUndefined();
    task.hear(says("Done."));
    expect(errorOf()).toBeUndefined();
  });
});

describe("explain with what the engine says", () => {
  const engine = { registered: true, answers: true, tools: [], waitingCommands: 0 };
  const failing = {
    invocationId: "inv_1",
    target: "clerk/run",
    status: "backing-off",
    since: T,
    attempts: 7,
    nextRetryAt: T + 8_000,
    failure: "the store is full",
  };

  it("R100 puts a segment that fails over and over above everything", () => {
    const said = withEngine(explained(headIn("running")), { ...engine, segment: failing });
    expect(said.blockers[0]).toMatchObject({ kind: "segment", since: T, until: T + 8_000 });
    expect(said.text).toContain("7 so far: the store is full");
  });

  it("R100 says of a segment that goes well nothing that the head does not", () => {
    const before = explained(headIn("running"));
    const { engine: seen, ...said } = withEngine(before, {
      ...engine,
      segment: { invocationId: "inv_1", target: "clerk/run", status: "running", since: T },
    });
    expect(said).toEqual(before);
    expect(seen?.segment?.status).toBe("running");
  });

  it("R100 says that the call of a tool fails at the engine", () => {
    const head = headIn("waiting-tool", { operations: [operation("issued")] });
    const tool = { ...failing, operationId: "uid-1/1/0/1", target: "tools.pay/execute" };
    const said = withEngine(explained(head), { ...engine, tools: [tool] });
    expect(said.blockers[0]).toMatchObject({
      kind: "tool",
      until: T + 8_000,
      who: { kind: "outside", names: ["tools.pay/execute"] },
    });
    expect(said.blockers[0].what).toContain("pay, whose attempts fail");
  });

  it.each([
    [{ registered: false, answers: false }, "no deployment that is registered serves agent clerk"],
    [{ registered: true, answers: false }, "none of those registered for agent clerk answers"],
  ])("R100 says that no worker is there: %o", (there, what) => {
    const said = withEngine(explained(headIn("queued")), { ...engine, ...there });
    expect(said.blockers.map(({ kind }) => kind)).toEqual(["worker", "queue"]);
    expect(said.text).toContain(what);
  });
});
