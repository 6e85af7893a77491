// Owns the tool calls of a segment in memory, as objects/agent/call-tools.ts makes them: issued
// side by side, taken in as they return, and left alone when they take long (L3, L4).
import type { EventBody } from "../../contract/event.ts";
import type { ToolRequest } from "../../contract/tool.ts";
import { parkForTools, parkUnregistered } from "../../core/decide.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { ToolOutcome } from "../../core/transition/tool-outcome.ts";
import { onToolOutcome } from "../../core/transition/tool-outcome.ts";
import type { MemoryTask } from "./memory-task.ts";
import type { MemorySegment, StepEnd } from "./memory-segment.ts";

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
  task.head = markIssued(task.head, new Set(callable.map((each) => each.operationId)));
  return takeIn(segment, new Map(callable.map((each) => [each, returnOf(task, each)])));
}

interface Returned {
  readonly operation: OpenOperation;
  readonly outcome: ToolOutcome;
}
type Calls = Map<OpenOperation, Promise<Returned>>;

/** Issues the operation, or attaches to it, and brings its outcome. */
async function returnOf(task: MemoryTask, operation: OpenOperation): Promise<Returned> {
  return { operation, outcome: await issue(task, operation).outcome };
}

async function takeIn(segment: MemorySegment, calls: Calls): Promise<StepEnd> {
  const { task } = segment;
  const { toolWaitMs } = task.agent.limits;
  while (calls.size > 0) {
    const over = new AbortController();
    const late = task.clock.sleep(toolWaitMs, over.signal).then(
      () => "late" as const,
      () => "over" as const,
    );
    const first = await Promise.race([...calls.values(), late, ...segment.interruptions()]);
    over.abort();
    if (first === "late") {
      // The tool wakes the task when it is done; this look is for a wake that got lost.
      const wakeAt = task.clock.now() + toolWaitMs * 4;
      task.record([parkForTools([...calls.keys()], wakeAt)]);
      return "end";
    }
    if (typeof first === "string") return "yield";
    calls.delete(first.operation);
    task.record(eventsOf(task, first));
  }
  return "go-on";
}

/** Settles what a cancelled task has in flight, as objects/agent/cancel-tools.ts does (R29). */
export async function cancelTools(
  { task }: MemorySegment,
  operations: readonly OpenOperation[],
): Promise<void> {
  for (const operation of operations) issue(task, operation).cancel();
  const calls: Calls = new Map(operations.map((each) => [each, returnOf(task, each)]));
  while (calls.size > 0) {
    const first = await Promise.race(calls.values());
    calls.delete(first.operation);
    task.record(eventsOf(task, first));
  }
}

function eventsOf(task: MemoryTask, { operation, outcome }: Returned): readonly EventBody[] {
  const tool = task.agent.tools.find((each) => each.name === operation.tool);
  return onToolOutcome(task.head, operation, outcome, tool?.endsTask ?? false);
}

function issue(task: MemoryTask, operation: OpenOperation) {
  const { taskId, taskUid } = task.head;
  const { operationId, tool, argumentsDigest, since } = operation;
  const request: ToolRequest = {
    v: 1,
    operationId,
    agent: task.agent.name,
    taskId,
    taskUid,
    tool,
    arguments: argumentsOf(task, operation),
    argumentsDigest,
    issuedAt: since,
    wakeAfterMs: task.agent.limits.toolWaitMs / 2,
  };
  return task.tools.issue(request);
}

/** The arguments are in the log, with the answer that asked for the call. */
function argumentsOf(
  { log }: MemoryTask,
  { answerSeq, ordinal }: OpenOperation,
): ToolRequest["arguments"] {
  const event = log[answerSeq];
  const call = event?.type === "model.answered" ? event.data.answer.calls[ordinal] : undefined;
  if (call === undefined) throw new Error(`the log has no call ${ordinal} at entry ${answerSeq}`);
  return call.arguments;
}
