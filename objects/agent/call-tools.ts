// Owns the tool calls of a segment: issued side by side, each an invocation of its own, and
// taken in as they return. One that takes long parks the task with only itself open (L3, L4).
import { RestatePromise } from "@restatedev/restate-sdk";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { parkForTools, parkUnregistered } from "../../core/park.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { StepEnd } from "./call-model.ts";
import type { ToolCall } from "./issue-tool.ts";
import { issue, returnOf, takeOutcome } from "./issue-tool.ts";
import { reserveToolCalls } from "./reserve.ts";
import type { Segment } from "./segment.ts";
import { isSignal } from "./segment.ts";

export async function callTools(
  segment: Segment,
  operations: readonly OpenOperation[],
): Promise<StepEnd> {
  const { writer } = segment;
  const missing = await findMissing(segment, operations);
  const callable = operations.filter((each) => !missing.includes(each.tool));
  if (callable.length === 0) {
    writer.record([parkUnregistered(missing, writer.now)]);
    return "end";
  }
  const reserved = await reserveToolCalls(segment, callable);
  if (reserved !== "go-on") return reserved;
  // Whoever makes an effect asks the task right before it, and reads the head at once where it is stored.
  const isAsked = callable.some(({ effect }) => EFFECT_POLICY[effect].freshAuthority);
  if (missing.length === 0 && !isAsked) {
    writer.head = markIssued(writer.head);
    writer.commit(true);
  } else {
    writer.head = markIssued(writer.head, new Set(callable.map((each) => each.operationId)));
    writer.save();
  }
  const calls = new Map<string, ToolCall>();
  for (const operation of callable)
    calls.set(operation.operationId, await issue(segment, operation));
  return takeIn(segment, calls);
}

/** Calls a tool that nobody serves would fail over and over, so it is asked for first (L5). */
export async function findMissing(
  segment: Segment,
  operations: readonly Pick<OpenOperation, "tool">[],
): Promise<readonly string[]> {
  const { ctx, ports, registered } = segment;
  const unsure = [...new Set(operations.map((each) => each.tool))].filter(
    (tool) => !registered.has(tool),
  );
  if (unsure.length === 0) return [];
  const missing = await ctx.run("find-unregistered", async () => [
    ...(await ports.findUnregistered(unsure)),
  ]);
  for (const tool of unsure) if (!missing.includes(tool)) registered.add(tool);
  return missing;
}

/** Takes outcomes in, in the order they come, until all are there or something else is due. */
async function takeIn(segment: Segment, calls: Map<string, ToolCall>): Promise<StepEnd> {
  const { writer, signals } = segment;
  segment.toolWaits += 1;
  while (calls.size > 0) {
    const timer = armTimer(segment);
    const waiting = [...calls.values()].map(returnOf);
    const first = await RestatePromise.race([...waiting, timer.promise, signals.pending()]);
    if (first === "timer") {
      delete segment.toolTimer;
      writer.now = Math.max(writer.now, timer.dueAt);
      if (timer.armedAt === segment.toolWaits) return park(segment, calls);
      continue;
    }
    if (isSignal(first)) return "yield";
    calls.delete(first.operation.operationId);
    await takeOutcome(segment, first);
    // A person is asked before the other calls are waited for, to which the segment attaches again.
    if (first.verb === "propose") return "go-on";
    // The last outcome is written with what follows from it.
    if (calls.size > 0) writer.commit();
  }
  return "go-on";
}

/**
 * One timer serves many waits, for each is a journal entry and most waits are short: when it
 * fires in a later wait than the one that armed it, it is armed again. So a task parks after
 * one to two times `toolWaitMs`.
 */
export function armTimer(segment: Segment): NonNullable<Segment["toolTimer"]> {
  segment.toolTimer ??= {
    promise: segment.ctx.sleep(segment.agent.limits.toolWaitMs).map(() => "timer" as const),
    armedAt: segment.toolWaits,
    dueAt: segment.writer.now + segment.agent.limits.toolWaitMs,
  };
  return segment.toolTimer;
}

function park(segment: Segment, calls: Map<string, ToolCall>): StepEnd {
  const { writer, agent } = segment;
  const operations = [...calls.values()].map((each) => each.operation);
  // The tool wakes the task when it is done; this look is for a wake that got lost with its worker.
  const lookAt = writer.now + agent.limits.toolWaitMs * 4;
  writer.record([parkForTools(writer.head, agent, operations, lookAt)]);
  return "end";
}
