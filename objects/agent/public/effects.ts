// Owns `settle`, `retry`, `drop` and `rollback`: what people say and ask about a task's effects; and
// `authority`, by which a tool's service looks at the task right before an effect (L8).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type {
  AuthorityInput,
  AuthorityView,
  DropInput,
  DropResult,
  RetryInput,
  RetryResult,
  RollbackInput,
  RollbackResult,
  SettleInput,
  SettleResult,
} from "../../../contract/effect-api.ts";
import type { NamedGrant } from "../../../contract/grant.ts";
import type { SegmentSignal } from "../../../contract/command.ts";
import { YIELD_SIGNAL } from "../../../contract/command.ts";
import type { Verb } from "../../../core/control/verbs.ts";
import { digestOf } from "../../../core/digest.ts";
import { authorityView } from "../../../core/status-view.ts";
import type { TaskHead } from "../../../core/task-head.ts";
import { rollbackProblem } from "../../../core/transition/compensation.ts";
import { quarantinedProblem } from "../../../core/transition/quarantined-message.ts";
import { retryProblem } from "../../../core/transition/retry.ts";
import type { Applied } from "../apply.ts";
import { refused, refuseVerb } from "../problem.ts";
import { refusalOf } from "../settled-by.ts";
import { GRANTS_KEY, viewTask } from "../task-state.ts";
import { notFound } from "./send.ts";
import type { CommandBody } from "./submit.ts";
import {
  askAgain,
  awaitApplied,
  callApply,
  interruptSegment,
  sendApply,
  sendNudge,
} from "./submit.ts";

/** How long a command waits for its turn before it answers `accepted`, in milliseconds. */
const APPLY_MS = 5_000;

export async function settle(
  ctx: ObjectSharedContext,
  agent: string,
  input: SettleInput,
): Promise<SettleResult> {
  const head = await taskFor(ctx, agent, "settle");
  const refusal = await refusalOf(ctx, head, input);
  if (refusal !== undefined) throw refused(refusal);
  const { operationId, outcome, result, reason, by } = input;
  const applied = await applySoon(ctx, head, {
    type: "settle",
    operationId,
    outcome,
    reason,
    ...(result === undefined ? {} : { result: { text: JSON.stringify(result) } }),
    ...(by === undefined ? {} : { by }),
  });
  const { taskUid } = head;
  if (applied === undefined) return { taskUid, status: head.status, result: "accepted" };
  return { taskUid, status: applied.status, result: "recorded" };
}

export async function retry(
  ctx: ObjectSharedContext,
  definition: AgentDefinition,
  input: RetryInput,
): Promise<RetryResult> {
  const { messageId, ...verdict } = input;
  const head = await taskFor(ctx, definition.name, "retry");
  const { taskUid, status } = head;
  if (messageId !== undefined) {
    await applyToMessage(ctx, head, { type: "retry-message", messageId, ...said(input) });
    return { taskUid, status, result: "accepted" };
  }
  const refusal = retryProblem(head, definition, input);
  if (refusal !== undefined) throw refused(refusal);
  sendApply(ctx, definition.name, { type: "retry", ...verdict });
  askToYield(ctx, head, input.operationId);
  return { taskUid, status, result: "accepted" };
}

export async function drop(
  ctx: ObjectSharedContext,
  agent: string,
  input: DropInput,
): Promise<DropResult> {
  const head = await taskFor(ctx, agent, "drop");
  const { messageId } = input;
  const command = { type: "drop-message", messageId, ...said(input) } as const;
  const applied = await applyToMessage(ctx, head, command);
  const { taskUid } = head;
  if (applied === undefined) return { taskUid, status: head.status, result: "accepted" };
  return { taskUid, status: applied.status, result: "recorded" };
}

function said({ reason, by }: Pick<DropInput, "reason" | "by">) {
  return { reason, ...(by === undefined ? {} : { by }) };
}

/** What a person says of a message that was quarantined. */
async function applyToMessage(
  ctx: ObjectSharedContext,
  head: TaskHead,
  command: Extract<CommandBody, { type: "retry-message" | "drop-message" }>,
): Promise<Applied | undefined> {
  const refusal = quarantinedProblem(head, command.messageId);
  if (refusal !== undefined) throw refused(refusal);
  return applyWithin(ctx, head, command, YIELD_SIGNAL);
}

export async function rollback(
  ctx: ObjectSharedContext,
  agent: string,
  input: RollbackInput,
): Promise<RollbackResult> {
  const head = await taskOf(ctx, agent);
  const refusal = rollbackProblem(head);
  if (refusal !== undefined) throw refused(refusal);
  const applied = await applySoon(ctx, head, { type: "rollback", ...input });
  const { taskUid, effects = 0 } = head;
  return { taskUid, status: applied?.status ?? head.status, result: "accepted", effects };
}

export async function authority(
  ctx: ObjectSharedContext,
  agent: string,
  { operationId }: AuthorityInput,
): Promise<AuthorityView> {
  const head = await taskOf(ctx, agent);
  const given = head.grants === undefined ? null : await ctx.get<readonly NamedGrant[]>(GRANTS_KEY);
  return authorityView(head, operationId, given ?? undefined);
}

export async function taskOf(ctx: ObjectSharedContext, agent: string): Promise<TaskHead> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent);
  return head;
}

/** The task, where its status takes the verb. */
export async function taskFor(
  ctx: ObjectSharedContext,
  agent: string,
  verb: Verb,
): Promise<TaskHead> {
  const head = await taskOf(ctx, agent);
  refuseVerb(head, verb);
  return head;
}

/**
 * Two who speak at once have one winner, and the other is told by `apply`. Undefined when the
 * task did not come to it in time; it will.
 */
export async function applySoon(
  ctx: ObjectSharedContext,
  head: TaskHead,
  command: CommandBody,
): Promise<Applied | undefined> {
  const call = callApply(ctx, head.agent, command);
  askToYield(ctx, head, "operationId" in command ? command.operationId : undefined);
  return judged(await awaitApplied(call, APPLY_MS));
}

/** The same for a command that a running segment is asked to let in until it does. */
export async function applyWithin(
  ctx: ObjectSharedContext,
  head: TaskHead,
  command: CommandBody,
  kind: SegmentSignal,
): Promise<Applied | undefined> {
  const call = callApply(ctx, head.agent, command);
  interruptSegment(ctx, head, kind);
  const { number, open } = head.segment;
  sendNudge(ctx, head, { kind, segment: open ? number : number + 1, attempt: 0 });
  const applied = await awaitApplied(call, APPLY_MS);
  // It may stand behind a segment that has begun since the head was read, which nobody has asked.
  if (applied === undefined) askAgain(ctx, head.agent, kind);
  return judged(applied);
}

/** Two who speak at once have one winner. */
function judged(applied: Applied | undefined): Applied | undefined {
  if (applied?.refused !== undefined) throw refused(applied.refused);
  return applied;
}

function askToYield(
  ctx: ObjectSharedContext,
  head: TaskHead,
  operationId: string | undefined,
): void {
  interruptSegment(ctx, head, YIELD_SIGNAL);
  const operation = head.operations.find((each) => each.operationId === operationId);
  if (operation === undefined) return;
  const unlike = { operationId: operation.operationId, digest: digestOf(operation) };
  sendNudge(ctx, head, { kind: YIELD_SIGNAL, unlike, attempt: 0 });
}
