// Owns that what is open in the background ends once and is told once, in the log's order, whatever
// happens in whatever order; and that a turn is over when all of it is, and not before.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChildNotice } from "../../contract/child.ts";
import type { EventBody } from "../../contract/event.ts";
import type { EventNotice } from "../../contract/inbox.ts";
import type { ContextMessage } from "../../contract/model.ts";
import { isChildCall } from "../../core/child/children.ts";
import { assembleContext } from "../../core/context.ts";
import { chainProblem } from "../../core/log.ts";
import { isOver } from "../../core/reduce.ts";
import { answerProblem, onAnswer } from "../../core/transition/answer.ts";
import { onChildNotice } from "../../core/transition/child.ts";
import { onCancel } from "../../core/transition/control.ts";
import { onEventNotice } from "../../core/transition/wait.ts";
import { onWithdraw } from "../../core/transition/withdraw-operation.ts";
import { backgroundOf, hasForeground } from "../../core/wait/background.ts";
import type { BackgroundTask, Call, Step } from "./background-task.ts";
import { backgroundTask, fire, hearInboxes, work } from "./background-task.ts";
import type { CoreTask } from "./core-task.ts";
import { answerOf } from "./waiting-task.ts";

type Act =
  | { readonly do: "work" | "again" | "timer" | "cancel" }
  | { readonly do: "lose"; readonly after: number }
  | { readonly do: "message"; readonly mode?: "interrupt" }
  | { readonly do: "end" | "withdraw"; readonly pick: number };

const pick = fc.nat(5);
const seconds = fc.integer({ min: 1, max: 60 });
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("begin" as const),
      kind: fc.constantFrom("timer", "event", "question", "child"),
      seconds,
      beside: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("look" as const, "list" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        do: fc.constant("wait" as const),
        until: fc.constantFrom("any" as const, "all" as const),
        seconds,
        pick,
      },
      { requiredKeys: ["do", "until", "seconds"] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ calls: fc.array(call, { maxLength: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      calls: fc.array(call, { maxLength: 2 }),
      cut: fc.constant(true as const),
    }),
  },
);
const steps = fc.array(step, { minLength: 1, maxLength: 8 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: "work" as const }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("end" as const), pick }) },
  { weight: 3, arbitrary: fc.constant({ do: "again" as const }) },
  { weight: 4, arbitrary: fc.constant({ do: "timer" as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("lose" as const), after: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("withdraw" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record(
      { do: fc.constant("message" as const), mode: fc.constant("interrupt" as const) },
      { requiredKeys: ["do"] },
    ),
  },
  { weight: 1, arbitrary: fc.constant({ do: "cancel" as const }) },
);

/** What the world tells the task, now or again. */
type Notice = (task: CoreTask) => readonly EventBody[];

function noticeOf(task: BackgroundTask, at: number): Notice | undefined {
  const open = task.head.operations.filter(({ state }) => state === "waiting");
  const operation = open[at % open.length];
  const { operationId = "", wait } = operation ?? {};
  const place = { agent: task.agent, now: task.now };
  switch (wait?.kind) {
    case "event": {
      const payload = { text: "{}" };
      const notice: EventNotice = {
        type: "event",
        operationId,
        eventId: "e",
        receivedAt: task.now,
        payload,
      };
      return ({ head }) => onEventNotice(head, notice, place);
    }
    case "question": {
      const said = answerOf(operationId, "a", "ada");
      return ({ head, now }) =>
        answerProblem(head, said, now) === undefined ? onAnswer(head, said, place) : [];
    }
    case "child": {
      if (operation === undefined || !isChildCall(operation)) return undefined;
      const { agent, taskId } = operation.wait.child;
      const end = { outcome: "answered", answer: { text: "Found." } } as const;
      const whose = { agent, taskId, taskUid: `uid-${taskId}`, operationId };
      const notice: ChildNotice = { type: "child", ...whose, end, over: "completed" };
      return ({ head }) => onChildNotice(head, notice, place);
    }
    case "timer":
    case "operations":
    case undefined:
      return undefined;
  }
}

function perform(task: BackgroundTask, given: Act, sent: Notice[]): void {
  switch (given.do) {
    case "work":
      return work(task);
    case "lose":
      return work(task, given.after);
    case "timer":
      return fire(task);
    case "message":
      return task.say("And?", given.mode);
    case "cancel":
      return task.record(onCancel(task.head, "ada", "enough"));
    case "again":
      for (const notice of sent) task.record(notice(task));
      return undefined;
    case "end": {
      const notice = noticeOf(task, given.pick);
      if (notice === undefined) return undefined;
      sent.push(notice);
      return task.record(notice(task));
    }
    case "withdraw": {
      const open = backgroundOf(task.head);
      const { operationId = "" } = open[given.pick % open.length] ?? {};
      return task.record(onWithdraw(task.head, { operationId, reason: "no need" }));
    }
  }
}

/** Each call has one result, right behind its answer; whoever asks a model has something new for it. */
function expectSound(context: readonly ContextMessage[]): void {
  for (const [place, message] of context.entries()) {
    if (message.role !== "assistant") continue;
    const results = context.slice(place + 1, place + 1 + message.answer.calls.length);
    const answered = results.map((each) => (each.role === "tool" ? each.callId : each.role));
    expect(answered).toEqual(message.answer.calls.map(({ callId }) => callId));
  }
  const behind = (role: ContextMessage["role"]) => context.filter((each) => each.role === role);
  const asked = behind("assistant").flatMap((each) =>
    each.role === "assistant" ? each.answer.calls : [],
  );
  expect(behind("tool")).toHaveLength(asked.length);
  expect(context.at(-1)?.role).not.toBe("assistant");
}

/** The operations that went on beside their turn, and those that have ended, in the log's order. */
function background({ log }: CoreTask) {
  const begun = log.flatMap((each) =>
    each.type === "wait.opened" && each.data.wait.kind !== "operations" && each.data.wait.background
      ? [each.data.operationId]
      : [],
  );
  const ended = log.flatMap((each) =>
    each.type === "tool.returned" && begun.includes(each.data.operationId)
      ? [each.data.operationId]
      : [],
  );
  return { begun, ended };
}

/** The operations of which a context tells the end, in its order. */
function toldIn(context: readonly ContextMessage[]): readonly (string | undefined)[] {
  return context.flatMap((each) =>
    each.role === "result"
      ? [`uid-1/${/operation (\S+) in the background/.exec(each.text)?.[1]}`]
      : [],
  );
}

/** Where a turn rests on its background, the model has had the last word. */
function expectHeard({ head, log, pending }: BackgroundTask): void {
  const rests = head.status.startsWith("waiting-") && !pending && !hasForeground(head);
  if (rests) expect(assembleContext(log).at(-1)?.role).toBe("assistant");
}

function runStory(given: readonly Step[], acts: readonly Act[]): BackgroundTask {
  let before: readonly ContextMessage[] = [];
  const task = backgroundTask(given, (asked) => {
    const context = assembleContext(asked.log);
    expectSound(context);
    expect(toldIn(context)).toEqual(background(asked).ended);
    // What the model was once told stays as it was.
    expect(JSON.stringify(context.slice(0, before.length))).toBe(JSON.stringify(before));
    before = context;
  });
  const sent: Notice[] = [];
  work(task);
  for (const each of acts) {
    task.now += 100;
    perform(task, each, sent);
    hearInboxes(task);
    expectHeard(task);
    expect(task.head.turn.open ? [] : task.head.operations).toEqual([]);
  }
  for (let rounds = 0; rounds < 200 && task.head.turn.open; rounds += 1) {
    work(task);
    expectHeard(task);
    hearInboxes(task);
    fire(task);
  }
  return task;
}

describe("R24 what is open in the background", () => {
  it("R24 L3 ends once and is told once, in order, whatever happens; then the turn ends", () => {
    fc.assert(
      fc.property(steps, fc.array(act, { maxLength: 30 }), (given, acts) => {
        const task = runStory(given, acts);
        expect(chainProblem(task.log)).toBeUndefined();
        const { begun, ended } = background(task);
        expect(ended.toSorted()).toEqual(begun.toSorted());
        expect(toldIn(assembleContext(task.log))).toEqual(ended);
        expect(isOver(task.head) || !task.head.turn.open).toBe(true);
        expect(task.head.operations).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
