// Owns a task that waits for a time, an event and a person at once, in the pure core: what is done
// to it is recorded, and a segment runs whenever one is due.
import type { ModelOutcome } from "../../contract/model.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import type { AgentSpec } from "../../index.ts";
import { decide } from "../../core/decide.ts";
import { defineAgent } from "../../core/define-agent.ts";
import { digestOf } from "../../core/digest.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import { onTimer } from "../../core/transition/control.ts";
import { onNoEvent } from "../../core/transition/wait.ts";
import { askHuman } from "../../tools/ask-human.ts";
import { sleep } from "../../tools/sleep.ts";
import { waitForEvent } from "../../tools/wait-for-event.ts";
import type { CoreTask } from "./core-task.ts";
import { asksFor, call, returnsOk, says, startedTask, TOOLS } from "./core-task.ts";

const WAITS = { timer: sleep, event: waitForEvent, question: askHuman } as const;
const ALL = [...TOOLS, sleep, waitForEvent, askHuman];

export type WaitName = keyof typeof WAITS;

export function waitingAgent(more: Partial<AgentSpec<unknown>> = {}) {
  const model = { provider: "scripted", model: "small" };
  return defineAgent({ name: "clerk", instructions: "Do it.", model, tools: ALL, ...more });
}

/** Ends at this time, milliseconds since the epoch. */
function waitUntil(kind: WaitName, at: number): WaitRequest {
  switch (kind) {
    case "timer":
      return { kind, at };
    case "event":
      return { kind, topic: "paid", key: "7", deadlineAt: at };
    case "question":
      return { kind, question: "Which?", options: ["a", "b"], deadlineAt: at };
  }
}

/** A task whose model has asked for these waits, each until its time, beside other calls. */
export function waitingTask(
  waits: readonly (readonly [kind: WaitName, until: number])[],
  { agent = waitingAgent(), beside = [] as readonly string[] } = {},
): CoreTask {
  const task = startedTask(agent);
  task.hear(asksToWait(waits, beside));
  runSegment(task);
  return task;
}

/** The model's answer that asks for these. */
export function asksToWait(
  waits: readonly (readonly [kind: WaitName, until: number])[],
  beside: readonly string[] = [],
): ModelOutcome {
  const asked = waits.map(([kind, until], n) => {
    const { callId, name, check, ...rest } = call(`w${n}`, WAITS[kind].name, n, ALL);
    if (!check.ok) throw new Error("the call is good");
    return { callId, name, ...rest, check: { ...check, wait: waitUntil(kind, until) } };
  });
  const others = beside.map((name, n) => call(`b${n}`, name, n, ALL));
  return asksFor(...asked, ...others);
}

/** Runs a segment if one is due; its tools go well, and its model answers so, or is done. */
export function runIfDue(task: CoreTask, ...answers: readonly ModelOutcome[]): boolean {
  if (!isSegmentDue(task.head)) return false;
  runSegment(task, answers);
  return true;
}

function runSegment(task: CoreTask, answers: readonly ModelOutcome[] = []): void {
  let asked = 0;
  const place = { invocationId: "inv", agentVersion: "1", manifest: "0".repeat(64) };
  task.record([{ type: "segment.started", data: { segment: 1, ...place } }]);
  for (;;) {
    const next = decide(task.head, task.agent, { steps: 0, bytes: 0 });
    if (next.do === "record") task.record(next.events);
    else if (next.do === "call-model") task.hear(answers[asked++] ?? says("Done."));
    else if (next.do === "call-tools") returnAll(task, next.operations);
    else return;
  }
}

function returnAll(task: CoreTask, operations: readonly OpenOperation[]): void {
  task.head = markIssued(task.head);
  for (const each of operations) task.takeIn(each, returnsOk("fine"));
}

/** The durable timer of the task's park fires: at its time, or later. */
export function fireTimer(task: CoreTask, lateMs = 0, ...answers: readonly ModelOutcome[]): void {
  const { wakeAt, number } = task.head.park;
  if (wakeAt === undefined) return;
  task.now = Math.max(task.now, wakeAt + lateMs);
  task.record(onTimer(task.head, number));
  runIfDue(task, ...answers);
  hearInboxes(task, ...answers);
}

/** Inboxes that were asked have taken no event; the ids of the waits that they were asked about. */
export function hearInboxes(
  task: CoreTask,
  ...answers: readonly ModelOutcome[]
): readonly string[] {
  const asked = task.head.operations.filter(({ wait }) => wait?.askedAt !== undefined);
  for (const { operationId } of asked) {
    const at = { agent: task.agent, now: task.now };
    task.record(onNoEvent(task.head, { operationId }, at));
    runIfDue(task, ...answers);
  }
  return asked.map(({ operationId }) => operationId);
}

/** How each call has ended, by call id. */
export function endsOf(task: CoreTask): Record<string, readonly (string | undefined)[]> {
  const ends: Record<string, (string | undefined)[]> = {};
  for (const { data } of task.all("tool.returned"))
    (ends[data.callId] ??= []).push("via" in data ? data.via : data.outcome);
  return ends;
}

export const answerOf = (operationId: string, answer: string, by: string) => ({
  operationId,
  answer: { text: JSON.stringify(answer) },
  answerDigest: digestOf(answer),
  by,
});
