// Owns the tool calls of a segment: issued side by side, each an invocation of its own, and
// taken in as they return. One that takes long parks the task with only itself open (L3, L4).
import type { InvocationPromise, TerminalError } from "@restatedev/restate-sdk";
import { RestatePromise } from "@restatedev/restate-sdk";
import { toolServiceName } from "../../contract/ids.ts";
import type { ToolRequest, ToolResponse } from "../../contract/tool.ts";
import { parkForTools, parkUnregistered } from "../../core/decide.ts";
import { sha256 } from "../../core/digest.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { markIssued } from "../../core/task-head.ts";
import type { ToolOutcome } from "../../core/transition/tool-outcome.ts";
import { onToolOutcome } from "../../core/transition/tool-outcome.ts";
import type { StepEnd } from "./call-model.ts";
import { jsonOf } from "./json-serde.ts";
import { readEvent } from "./log-store.ts";
import type { Segment } from "./segment.ts";

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
  if (missing.length === 0) {
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

export interface ToolCall {
  readonly operation: OpenOperation;
  readonly promise: InvocationPromise<ToolResponse>;
}

/** Calls a tool that nobody serves would fail over and over, so it is asked for first (L5). */
async function findMissing(
  segment: Segment,
  operations: readonly OpenOperation[],
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

/** Issues an operation, or attaches to it where it was issued before (L3). */
export async function issue(segment: Segment, operation: OpenOperation): Promise<ToolCall> {
  const { ctx, writer, agent } = segment;
  const { taskId, taskUid } = writer.head;
  const request: ToolRequest = {
    v: 1,
    operationId: operation.operationId,
    agent: agent.name,
    taskId,
    taskUid,
    tool: operation.tool,
    arguments: await argumentsOf(segment, operation),
    argumentsDigest: operation.argumentsDigest,
    issuedAt: operation.since,
    // Half of what the segment waits: whoever is later than that wakes the task itself.
    wakeAfterMs: agent.limits.toolWaitMs / 2,
  };
  const promise = ctx.genericCall<ToolRequest, ToolResponse>({
    service: toolServiceName(operation.tool),
    method: "execute",
    parameter: request,
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
    idempotencyKey: sha256(operation.operationId),
  });
  return { operation, promise };
}

/** The arguments are in the log, with the answer that asked for the call. */
async function argumentsOf(
  segment: Segment,
  operation: OpenOperation,
): Promise<ToolRequest["arguments"]> {
  const { ctx, writer } = segment;
  const { answerSeq, ordinal } = operation;
  const event =
    writer.written.find((each) => each.seq === answerSeq) ??
    (await readEvent(ctx, answerSeq, writer.head.nextSeq));
  const call = event?.type === "model.answered" ? event.data.answer.calls[ordinal] : undefined;
  if (call === undefined) throw new Error(`the log has no call ${ordinal} at entry ${answerSeq}`);
  return call.arguments;
}

/** What an invocation of a tool ended with. */
export type Returned = {
  readonly operation: OpenOperation;
  readonly response?: ToolResponse;
  readonly failure?: TerminalError;
};

/** A call's end as a value, so that it can race with others. */
export function returnOf({ operation, promise }: ToolCall): RestatePromise<Returned> {
  return promise.map((response, failure): Returned => ({
    operation,
    ...(response === undefined ? {} : { response }),
    ...(failure === undefined ? {} : { failure }),
  }));
}

/** Takes outcomes in, in the order they come, until all are there or something else is due. */
async function takeIn(segment: Segment, calls: Map<string, ToolCall>): Promise<StepEnd> {
  const { writer, signals } = segment;
  segment.toolWaits += 1;
  while (calls.size > 0) {
    const timer = armTimer(segment);
    const waiting = [...calls.values()].map(returnOf);
    const first = await RestatePromise.race([...waiting, timer.promise, ...signals.pending()]);
    if (first === "yield" || first === "abort") return "yield";
    if (first === "timer") {
      delete segment.toolTimer;
      writer.now = Math.max(writer.now, timer.dueAt);
      if (timer.armedAt === segment.toolWaits) return park(segment, calls);
      continue;
    }
    calls.delete(first.operation.operationId);
    takeOutcome(segment, first);
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
function armTimer(segment: Segment): NonNullable<Segment["toolTimer"]> {
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
  writer.record([parkForTools(operations, writer.now + agent.limits.toolWaitMs * 4)]);
  return "end";
}

export function takeOutcome(segment: Segment, returned: Returned): void {
  const { writer, agent } = segment;
  const { operation } = returned;
  const outcome = outcomeOf(segment, returned);
  if (outcome.outcome !== "lost")
    writer.now = Math.max(writer.now, outcome.startedAt + outcome.durationMs);
  const tool = agent.tools.find((each) => each.name === operation.tool);
  writer.record(onToolOutcome(writer.head, operation, outcome, tool?.endsTask ?? false));
}

/** A failure without our code is Restate's own, cancelled or killed: unknown, not an answer (L3). */
function outcomeOf(segment: Segment, { response, failure }: Returned): ToolOutcome {
  if (response !== undefined) return response;
  const at = segment.writer.now;
  const code = failure?.metadata?.["code"];
  if (failure === undefined || code === undefined) {
    return {
      outcome: "lost",
      reason: `the invocation ended with ${failure?.code ?? "no value"}`,
      at,
    };
  }
  const toolVersion = "unknown";
  return {
    v: 1,
    outcome: "error",
    toolVersion,
    startedAt: at,
    durationMs: 0,
    code,
    message: failure.message,
  };
}
