// Owns a task of the pure core whose model has operations in the background: what its model is to do,
// one thing after the other, the segments that end after each step, and what may end an operation.
import type { AnswerCall, ModelOutcome } from "../../contract/model.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { childTaskId } from "../../core/child/child-id.ts";
import { decide } from "../../core/decide.ts";
import { defineAgent } from "../../core/define-agent.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import { markIssued } from "../../core/task-head.ts";
import { onStartChildren } from "../../core/transition/child.ts";
import { onRecover, onTimer } from "../../core/transition/control.ts";
import { onNoEvent } from "../../core/transition/wait.ts";
import { backgroundOf } from "../../core/wait/background.ts";
import { isWaiting } from "../../core/wait/wait-terms.ts";
import { askHuman } from "../../tools/ask-human.ts";
import { cancelOperation } from "../../tools/cancel-operation.ts";
import { delegate } from "../../tools/delegate.ts";
import { listOperations } from "../../tools/list-operations.ts";
import { sleep } from "../../tools/sleep.ts";
import { waitForEvent } from "../../tools/wait-for-event.ts";
import { waitForOperations } from "../../tools/wait-for-operations.ts";
import type { CoreTask } from "./core-task.ts";
import { answered, call, returnsOk, startedTask, tool } from "./core-task.ts";

const look = tool("look", "read");
const helper = delegate({ agents: [{ name: "helper" }] });
const TOOLS: readonly AnyTool[] = [
  look,
  sleep,
  waitForEvent,
  askHuman,
  helper,
  listOperations,
  waitForOperations,
  cancelOperation,
];
const agent = defineAgent({
  name: "clerk",
  instructions: "Do it.",
  model: { provider: "scripted", model: "small" },
  tools: TOOLS,
});

/** A call that a model makes; `pick` is of the operations in the background. */
export type Call =
  | {
      readonly do: "begin";
      readonly kind: WaitName;
      readonly seconds: number;
      readonly beside: boolean;
    }
  | { readonly do: "look" | "list" }
  | {
      readonly do: "wait";
      readonly until: "any" | "all";
      readonly seconds: number;
      readonly pick?: number;
    }
  | { readonly do: "cancel"; readonly pick: number };

export type WaitName = "timer" | "event" | "question" | "child";

/** What the model answers: calls, or words if there are none; what is cut is of no use. */
export interface Step {
  readonly calls: readonly Call[];
  readonly cut?: true;
}

export interface BackgroundTask extends CoreTask {
  /** Looks at what the model is asked with, each time that it is. */
  readonly asked: (task: CoreTask) => void;
  readonly steps: Step[];
  /** A segment has yielded, and the next is on its way. */
  pending: boolean;
  calls: number;
}

export function backgroundTask(
  steps: readonly Step[],
  asked: (task: CoreTask) => void = () => undefined,
): BackgroundTask {
  const task = startedTask(agent) as BackgroundTask;
  return Object.assign(task, { steps: [...steps], asked, pending: false, calls: 0 });
}

function callOf(task: BackgroundTask, asked: Call, ordinal: number): AnswerCall {
  const [definition, given] = written(task, asked);
  task.calls += 1;
  const made = call(`c${task.calls}`, definition.name, task.calls, TOOLS);
  if (!made.check.ok || definition.wait === undefined) return made;
  const { taskUid, step } = task.head;
  const operationId = `${taskUid}/${step + 1}/${ordinal}/1`;
  const wait = definition.wait(given, {
    now: task.now,
    maxWaitMs: agent.limits.maxWaitMs,
    childId: (name, key) => childTaskId({ taskUid, operationId }, name, key),
  });
  return { ...made, check: { ...made.check, wait } };
}

/** A call as the model writes it. */
function written(task: BackgroundTask, asked: Call): readonly [AnyTool, object] {
  const open = backgroundOf(task.head).map(({ operationId }) => operationId);
  const picked = (pick: number): string => open[pick % open.length] ?? "nothing/1/0/1";
  switch (asked.do) {
    case "look":
      return [look, { n: task.calls }];
    case "list":
      return [listOperations, {}];
    case "cancel":
      return [cancelOperation, { operation: picked(asked.pick) }];
    case "wait": {
      const { until, seconds: deadline_seconds, pick } = asked;
      const which = pick === undefined ? {} : { operations: [picked(pick)] };
      return [waitForOperations, { until, deadline_seconds, ...which }];
    }
    case "begin":
      return begun(asked, `k${task.calls}`);
  }
}

function begun(
  { kind, seconds, beside: background }: Extract<Call, { do: "begin" }>,
  key: string,
): readonly [AnyTool, object] {
  const bound = { deadline_seconds: seconds, background };
  switch (kind) {
    case "timer":
      return [sleep, { seconds, background }];
    case "event":
      return [waitForEvent, { topic: "paid", key, ...bound }];
    case "question":
      return [askHuman, { question: "Which?", ...bound }];
    case "child":
      return [helper, { agent: "helper", message: key, ...bound }];
  }
}

function answerOf(task: BackgroundTask): ModelOutcome {
  const { calls = [], cut } = task.steps.shift() ?? {};
  const answer =
    calls.length === 0
      ? { text: { text: "Words." } }
      : { calls: calls.map((each, n) => callOf(task, each, n)) };
  const finish = cut === true ? { finish: "length" as const } : {};
  return { ...answered({ ...answer, ...finish }), startedAt: task.now };
}

/** Runs a segment if one is due; it is lost after so many decisions. */
export function work(task: BackgroundTask, lostAfter = Infinity): void {
  if (!task.pending && !isSegmentDue(task.head)) return;
  task.pending = false;
  const segment = task.head.segment.number + 1;
  task.head = { ...task.head, segment: { number: segment, open: true, queued: false } };
  const place = { invocationId: "inv", agentVersion: "1", manifest: "0".repeat(64) };
  task.record([{ type: "segment.started", data: { segment, ...place } }]);
  let steps = 0;
  for (let decisions = 0; decisions < 1_000; decisions += 1) {
    if (decisions === lostAfter) return lose(task);
    const next = decide(task.head, agent, { steps, bytes: 0 });
    if (next.do === "record") task.record(next.events);
    else if (next.do === "start-children")
      task.record(onStartChildren(task.head, agent, next.operations));
    else if (next.do === "call-model") {
      task.asked(task);
      task.hear(answerOf(task));
      steps += 1;
    } else if (next.do === "call-tools") {
      task.head = markIssued(task.head);
      for (const each of next.operations) task.takeIn(each, returnsOk("fine"));
    } else return close(task, next.do === "yield");
  }
  throw new Error("the segment does not end");
}

function close(task: BackgroundTask, yielded: boolean): void {
  task.head = { ...task.head, segment: { ...task.head.segment, open: false } };
  task.pending = yielded;
}

/** Its worker is gone; a command finds that out. */
function lose(task: BackgroundTask): void {
  task.record(onRecover(task.head, "the worker died", false));
  close(task, false);
}

/** The inboxes that were asked say that no event came in time. */
export function hearInboxes(task: BackgroundTask): void {
  for (const { operationId, wait } of task.head.operations.filter(isWaiting))
    if (wait.askedAt !== undefined)
      task.record(onNoEvent(task.head, { operationId }, { agent, now: task.now }));
}

/** The timer of the task's park fires. */
export function fire(task: BackgroundTask): void {
  const { wakeAt, number } = task.head.park;
  if (wakeAt === undefined) return;
  task.now = Math.max(task.now, wakeAt);
  task.record(onTimer(task.head, number));
}
