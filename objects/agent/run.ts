// Owns `run`: one segment (L4). It performs what core/ decides until the turn ends, the task
// must wait, or a command asks it to yield; then it saves the head and ends.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { RunInput } from "../../contract/command.ts";
import { decide } from "../../core/decide.ts";
import { isStaleSegment } from "../../core/segment-due.ts";
import type { StepEnd } from "./call-model.ts";
import { callModel } from "./call-model.ts";
import { callTools } from "./call-tools.ts";
import { compensate } from "./compensate.ts";
import { markRunning } from "../../core/task-head.ts";
import { handOver } from "./hand-over.ts";
import type { RunDeps, Segment } from "./segment.ts";
import { listen } from "./segment.ts";
import { requestApprovals } from "./request-approval.ts";
import { askForReview, releaseHeld } from "./review.ts";
import { settleTools } from "./settle-tools.ts";
import { startChildren } from "./start-children.ts";
import { unsubscribeEnded } from "./subscriptions.ts";
import { takeQueued } from "./take-queued.ts";
import { loadHead } from "./task-state.ts";
import { tellChildren } from "./tell-children.ts";
import type { TaskWriter } from "./task-writer.ts";
import { createTaskWriter } from "./task-writer.ts";

export async function run(ctx: ObjectContext, deps: RunDeps, input: RunInput): Promise<void> {
  const head = await loadHead(ctx);
  if (head === undefined || isStaleSegment(head, input.segment)) return;
  const writer = createTaskWriter(ctx, deps, head, input.at);
  await runSegment(ctx, deps, writer);
}

/** Executes one segment of the task that the writer holds, which has something to do. */
export async function runSegment(
  ctx: ObjectContext,
  deps: RunDeps,
  writer: TaskWriter,
): Promise<void> {
  await executeSegment(openSegment(ctx, deps, writer));
}

/** The same for a segment that is open. */
export async function executeSegment(segment: Segment): Promise<void> {
  const { writer } = segment;
  // What was recorded before it was opened.
  await tellChildren(segment);
  await unsubscribeEnded(segment);
  let end: StepEnd = "go-on";
  while (end === "go-on") {
    const from = writer.head.nextSeq;
    end = await advance(segment);
    // Sent at once, and not at the end: calls that take long may come before it.
    if (hasRequest(writer, from)) await requestApprovals(segment, from);
    await tellChildren(segment);
    await unsubscribeEnded(segment);
  }
  await closeSegment(segment, end);
}

function hasRequest({ head, written }: TaskWriter, fromSeq: number): boolean {
  if (head.nextSeq === fromSeq) return false;
  return written.some(({ type, seq }) => seq >= fromSeq && type === "approval.requested");
}

/** Stores the task with a segment that is at work: from here on whoever asks for it finds it. */
export function openSegment(ctx: ObjectContext, deps: RunDeps, writer: TaskWriter): Segment {
  const { agent, manifest, release, ports } = deps;
  const number = writer.head.segment.number + 1;
  const invocationId = ctx.request().id;
  // Stored before its event, which is written along with the first answer: `catchUp` reads
  // on from here.
  writer.commit();
  writer.head = markRunning(writer.head);
  writer.mark({ segment: { number, open: true, queued: false, invocationId } });
  writer.save();
  const version = { agentVersion: agent.version, manifest, ...release };
  const started = { segment: number, invocationId, ...version };
  writer.record([{ type: "segment.started", data: started }]);
  return {
    ctx,
    agent,
    manifest,
    ports,
    writer,
    signals: listen(ctx),
    registered: new Set(),
    steps: 0,
    waitedMs: 0,
    toolWaits: 0,
  };
}

async function advance(segment: Segment): Promise<StepEnd> {
  const { writer, agent } = segment;
  const decision = decide(writer.head, agent, { steps: segment.steps, bytes: writer.bytes });
  switch (decision.do) {
    case "call-model":
      return callModel(segment, decision.room);
    case "call-tools":
      return callTools(segment, decision.operations);
    case "settle-tools":
      await settleTools(segment, decision.operations);
      return "go-on";
    case "take-queued":
      await takeQueued(segment, decision.n);
      return "go-on";
    case "start-children":
      return startChildren(segment, decision.operations);
    case "request-review":
      await askForReview(segment, decision.review);
      return "go-on";
    case "release-answer":
      await releaseHeld(segment, decision.seq);
      return "go-on";
    case "compensate":
      return compensate(segment, decision.effect);
    case "record":
      writer.record(decision.events);
      return "go-on";
    case "yield":
    case "end":
      return decision.do;
  }
}

async function closeSegment(segment: Segment, end: StepEnd): Promise<void> {
  const { ctx, writer } = segment;
  writer.commit();
  writer.mark({ segment: { ...writer.head.segment, open: false } });
  await handOver(ctx, writer, { goesOn: end === "yield" && hasWork(segment) });
}

/** Whether a segment that yielded has anything left to do. */
function hasWork(segment: Segment): boolean {
  const { head } = segment.writer;
  return decide(head, segment.agent, { steps: 0, bytes: 0 }).do !== "end";
}
