// Owns the tool calls of a segment in memory, as objects/agent/call-tools.ts makes them: issued
// side by side, taken in as they return, and left alone when they take long (L3, L4).
import { parkForTools, parkUnregistered } from "../../core/park.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { IssuedCall } from "./issue-tool.ts";
import { giveUp, issue } from "./issue-tool.ts";
import type { MemorySegment, StepEnd } from "./memory-segment.ts";
import { reserveToolCalls } from "./reserve.ts";

type Calls = Map<string, IssuedCall>;

export async function callTools(
  segment: MemorySegment,
  operations: readonly OpenOperation[],
): Promise<StepEnd> {
  const { task } = segment;
  const missing = task.tools.unserved([...new Set(operations.map((each) => each.tool))]);
  const callable = operations.filter((each) => !missing.includes(each.tool));
  if (callable.length === 0) {
    task.record([parkUnregistered(missing, task.clock.now())]);
    return "end";
  }
  const reserved = await reserveToolCalls(segment, callable);
  if (reserved !== "go-on") return reserved;
  task.head = markIssued(task.head, new Set(callable.map((each) => each.operationId)));
  return takeIn(segment, new Map(callable.map((each) => [each.operationId, issue(task, each)])));
}

async function takeIn(segment: MemorySegment, calls: Calls): Promise<StepEnd> {
  const { task } = segment;
  const { toolWaitMs } = task.agent.limits;
  while (calls.size > 0) {
    const returns = [...calls.values()].map((each) => each.returned);
    const first = await inTime(segment, toolWaitMs, returns);
    if (first === "late") {
      // The tool wakes the task when it is done; this look is for a wake that got lost.
      const lookAt = task.clock.now() + toolWaitMs * 4;
      const inFlight = [...calls.values()].map((each) => each.operation);
      task.record([parkForTools(task.head, task.agent, inFlight, lookAt)]);
      return "end";
    }
    if (typeof first === "string") return "yield";
    calls.delete(first.operation.operationId);
    task.record(first.events());
  }
  return "go-on";
}

/** The first of these, or an interruption, or `late` when neither comes in time. */
export async function inTime<T>(
  { task, interruptions }: MemorySegment,
  ms: number,
  returns: readonly Promise<T>[],
): Promise<T | "yield" | "abort" | "late"> {
  const over = new AbortController();
  const late = task.clock.sleep(ms, over.signal).then(
    () => "late" as const,
    () => "late" as const,
  );
  const first = await Promise.race([...returns, late, ...interruptions()]);
  over.abort();
  return first;
}

/** How long outcomes are awaited after a cancellation, in milliseconds. */
const SETTLE_MS = 30_000;

/** Settles what a cancelled task has in flight, as objects/agent/settle-tools.ts does (F17, R29). */
export async function settleTools(
  segment: MemorySegment,
  operations: readonly OpenOperation[],
): Promise<void> {
  const { task } = segment;
  const calls: Calls = new Map(operations.map((each) => [each.operationId, issue(task, each)]));
  for (const call of calls.values()) call.cancel();
  segment.settleBy ??= task.clock.now() + SETTLE_MS;
  const over = new AbortController();
  const late = task.clock.sleep(segment.settleBy - task.clock.now(), over.signal).then(
    () => "late" as const,
    () => "late" as const,
  );
  while (calls.size > 0) {
    const returns = [...calls.values()].map((each) => each.returned);
    const first = await Promise.race([...returns, late]);
    if (first === "late") break;
    calls.delete(first.operation.operationId);
    task.record(first.events());
  }
  over.abort();
  for (const { operation } of calls.values()) task.record(giveUp(task, operation));
}
