// Owns one call of a tool's service: the verb that the operation's state asks for, under the
// operation's key, and what its end means to the task (L3, L7).
import type { InvocationPromise, RestatePromise, TerminalError } from "@restatedev/restate-sdk";
import { toolServiceName } from "../../contract/ids.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import type {
  ProposeResponse,
  ReconcileRequest,
  ReconcileResponse,
  ToolResponse,
} from "../../contract/tool.ts";
import { doubtOf, toolOf } from "../../core/doubt.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { argumentsIn, capturedIn } from "../../core/proposed-call.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import type { ToolVerb } from "../../core/tool-verb.ts";
import { operationKey, verbOf } from "../../core/tool-verb.ts";
import { onProposed } from "../../core/transition/proposed.ts";
import type { Lost } from "../../core/transition/tool-outcome.ts";
import { onToolOutcome } from "../../core/transition/tool-outcome.ts";
import { onReconciled } from "../../core/transition/unknown-effect.ts";
import { holderOf } from "./holder.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { eventAt } from "./request-approval.ts";
import type { Segment } from "./segment.ts";
import { termsNow } from "./terms-now.ts";

interface Response {
  readonly execute: ToolResponse;
  readonly reconcile: ReconcileResponse;
  readonly propose: ProposeResponse;
}

/** A call that was issued, or attached to, as the operation stood then. */
export type ToolCall = {
  readonly [Verb in ToolVerb]: {
    readonly verb: Verb;
    readonly operation: OpenOperation;
    readonly promise: InvocationPromise<Response[Verb]>;
  };
}[ToolVerb];

/** Issues an operation, or attaches to it where it was issued before (L3). */
export async function issue(segment: Segment, operation: OpenOperation): Promise<ToolCall> {
  const { ctx } = segment;
  const parameter = await requestOf(segment, operation);
  const call = <Verb extends ToolVerb>(verb: Verb) => ({
    verb,
    operation,
    promise: ctx.genericCall<ReconcileRequest, Response[Verb]>({
      service: toolServiceName(operation.tool),
      method: verb,
      parameter,
      inputSerde: jsonOf(),
      outputSerde: jsonOf(),
      idempotencyKey: operationKey(operation),
    }),
  });
  switch (verbOf(operation)) {
    case "execute":
      return call("execute");
    case "reconcile":
      return call("reconcile");
    case "propose":
      return call("propose");
  }
}

async function requestOf(segment: Segment, operation: OpenOperation): Promise<ReconcileRequest> {
  const { writer, agent } = segment;
  const { taskId, taskUid } = writer.head;
  const { operationId, tool, argumentsDigest } = operation;
  const asks = operation.state === "unknown";
  const { notBefore } = asks ? doubtOf(operation) : {};
  const asked = await eventAt(segment, operation.answerSeq);
  return {
    v: 1,
    operationId,
    agent: agent.name,
    taskId,
    taskUid,
    tool,
    ...(await holderOf(segment, operation, asked)),
    arguments: argumentsOf(asked, operation),
    argumentsDigest,
    issuedAt: asks ? writer.now : operation.since,
    // Half of what the segment waits: whoever is later than that wakes the task itself.
    wakeAfterMs: agent.limits.toolWaitMs / 2,
    ...(await capturedOf(segment, operation, asks)),
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

/** What was approved is that version on that outside state, and no other (R38). */
async function capturedOf(
  segment: Segment,
  { approval, toolVersion }: OpenOperation,
  asks: boolean,
) {
  if (approval === undefined) return {};
  if (asks) return { toolVersion };
  const { seq, edit } = approval;
  const edited = edit === undefined ? undefined : await eventAt(segment, edit.seq);
  return capturedIn(await eventAt(segment, seq), edited);
}

/** The arguments are in the log: with the model's answer, or with a person's edit. */
export async function argumentsAt(
  segment: Segment,
  place: Pick<OpenOperation, "answerSeq" | "ordinal">,
): Promise<StoredText> {
  return argumentsOf(await eventAt(segment, place.answerSeq), place);
}

function argumentsOf(
  event: TaskEvent | undefined,
  { answerSeq, ordinal }: Pick<OpenOperation, "answerSeq" | "ordinal">,
): StoredText {
  const given = argumentsIn(event, ordinal);
  if (given === undefined) throw new Error(`the log has no call ${ordinal} at entry ${answerSeq}`);
  return given;
}

/** What an invocation of a tool's service ended with. */
export interface Ended<R> {
  readonly response?: R;
  readonly failure?: TerminalError;
}

/** An invocation's end as a value, so that it can race with others. */
export function endOf<R>(promise: RestatePromise<R>): RestatePromise<Ended<R>> {
  return promise.map(ended);
}

function ended<R>(response: R | undefined, failure: TerminalError | undefined): Ended<R> {
  return {
    ...(response === undefined ? {} : { response }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** A call with what it ended with; a call that is given up has neither. */
export type Returned = {
  readonly [Verb in ToolVerb]: {
    readonly verb: Verb;
    readonly operation: OpenOperation;
  } & Ended<Response[Verb]>;
}[ToolVerb];

export function returnOf(call: ToolCall): RestatePromise<Returned> {
  const { operation } = call;
  switch (call.verb) {
    case "execute":
      return call.promise.map((...end) => ({ verb: call.verb, operation, ...ended(...end) }));
    case "reconcile":
      return call.promise.map((...end) => ({ verb: call.verb, operation, ...ended(...end) }));
    case "propose":
      return call.promise.map((...end) => ({ verb: call.verb, operation, ...ended(...end) }));
  }
}

export async function takeOutcome(segment: Segment, returned: Returned): Promise<void> {
  const { writer } = segment;
  const { response } = returned;
  if (response !== undefined)
    writer.now = Math.max(writer.now, response.startedAt + response.durationMs);
  // From when it was lost on it is counted how long it may still act.
  else if (!EFFECT_POLICY[returned.operation.effect].repeatable)
    writer.now = Math.max(writer.now, await segment.ctx.date.now());
  const { operation } = returned;
  if (returned.verb !== "propose") {
    writer.record(eventsOf(segment, returned));
    return;
  }
  const terms = await termsNow(segment, operation, returned.response);
  const answer = returned.response ?? lost(returned, writer.now);
  writer.record(onProposed(writer.head, operation, answer, { agent: segment.agent, terms }));
}

type Settling = Exclude<Returned, { readonly verb: "propose" }>;

function eventsOf(segment: Segment, returned: Settling): readonly EventBody[] {
  const { head, now } = segment.writer;
  const { operation } = returned;
  const tool = toolOf(segment.agent, operation);
  if (returned.verb === "reconcile")
    return onReconciled(head, operation, returned.response ?? lost(returned, now), tool);
  return onToolOutcome(head, operation, returned.response ?? failed(returned, now), tool);
}

/** A failure without our code is Restate's own, cancelled or killed: unknown, not an answer (L3). */
export function lost({ failure }: Ended<unknown>, at: number): Lost {
  const reason = `the invocation ended with ${failure?.code ?? "no value"}`;
  return { outcome: "lost", reason, at };
}

function failed({ failure }: Ended<ToolResponse>, at: number): ToolResponse | Lost {
  const code = failure?.metadata?.["code"];
  if (failure === undefined || code === undefined)
    return lost(failure === undefined ? {} : { failure }, at);
  const timing = { toolVersion: "unknown", startedAt: at, durationMs: 0 };
  return { v: 1, outcome: "error", ...timing, code, message: failure.message };
}
