// Owns one segment in memory: it performs what core/ decides, as objects/agent/run.ts does, until
// the turn ends, the task must wait, or a command asks it to yield.
import { decide } from "../../core/decide.ts";
import { eventSize } from "../../core/log.ts";
import { isStaleSegment } from "../../core/segment-due.ts";
import { callModel } from "./call-model.ts";
import { callTools, settleTools } from "./call-tools.ts";
import { compensate } from "./compensate.ts";
import type { MemorySegment, StepEnd } from "./memory-segment.ts";
import type { Interruption, MemoryTask } from "./memory-task.ts";
import { rest } from "./reserve.ts";
import { askForReview, releaseHeld } from "./review.ts";
import { startChildren } from "./start-children.ts";
import { takeQueued } from "./take-queued.ts";

/** Runs the segment with this number; does nothing when it is not the next one. */
async function runSegment(task: MemoryTask, number: number): Promise<void> {
  if (isStaleSegment(task.head, number)) return;
  const firstEvent = task.log.length;
  const segment = openSegment(task, number);
  let end: StepEnd = "go-on";
  while (end === "go-on") {
    const bytes = task.log.slice(firstEvent).reduce((sum, event) => sum + eventSize(event), 0);
    end = await advance(segment, bytes);
  }
  task.interrupt = undefined;
  const { head } = task;
  task.head = { ...head, segment: { ...head.segment, open: false } };
  // Whether a segment that yielded has anything left to do.
  const hasWork = decide(task.head, task.agent, { steps: 0, bytes: 0 }).do !== "end";
  if (end === "yield" && hasWork) sendSegment(task);
  else rest(task);
}

/** Queues the next segment behind the commands that wait. */
export function sendSegment(task: MemoryTask): void {
  const { segment } = task.head;
  task.head = { ...task.head, segment: { ...segment, queued: true } };
  task.enqueue(() => runSegment(task, segment.number + 1));
}

function openSegment(task: MemoryTask, number: number): MemorySegment {
  const invocationId = task.nextId("inv");
  task.head = { ...task.head, segment: { number, open: true, queued: false, invocationId } };
  const { manifest, release, agent } = task;
  task.record([
    {
      type: "segment.started",
      data: { segment: number, invocationId, agentVersion: agent.version, manifest, ...release },
    },
  ]);
  const signals = {
    yield: Promise.withResolvers<Interruption>(),
    abort: Promise.withResolvers<Interruption>(),
  };
  task.interrupt = (kind) => signals[kind].resolve(kind);
  if (task.commandsWaiting > 0) task.interrupt("yield");
  const segment: MemorySegment = {
    task,
    steps: 0,
    waitedMs: 0,
    yielded: false,
    interruptions: () =>
      segment.yielded ? [signals.abort.promise] : [signals.yield.promise, signals.abort.promise],
  };
  return segment;
}

async function advance(segment: MemorySegment, bytes: number): Promise<StepEnd> {
  const { task, steps } = segment;
  const decision = decide(task.head, task.agent, { steps, bytes });
  switch (decision.do) {
    case "call-model":
      return callModel(segment, decision.room);
    case "call-tools":
      return callTools(segment, decision.operations);
    case "settle-tools":
      await settleTools(segment, decision.operations);
      return "go-on";
    case "take-queued":
      takeQueued(task, decision.n);
      return "go-on";
    case "start-children":
      return startChildren(task, decision.operations);
    case "request-review":
      await askForReview(task, decision.review);
      return "go-on";
    case "release-answer":
      releaseHeld(task, decision.seq);
      return "go-on";
    case "compensate":
      return compensate(segment, decision.effect);
    case "record":
      task.record(decision.events);
      return "go-on";
    case "yield":
    case "end":
      return decision.do;
  }
}
