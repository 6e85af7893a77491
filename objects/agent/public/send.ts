// Owns `send`: accepts a message for a task that exists, to be applied once by its id (F29).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { SendInput, SendResult } from "../../../contract/api.ts";
import { MAX_APPLIED_WAIT_MS } from "../../../contract/api.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../../contract/command.ts";
import { verbProblem } from "../../../core/control/verbs.ts";
import { messageDigest } from "../../../core/message-digest.ts";
import { isFull } from "../../../core/transition/message.ts";
import type { Applied } from "../apply.ts";
import { problem } from "../../../handler/problem.ts";
import { messageConflict, taskEnded } from "../problem.ts";
import type { MessageRow } from "../task-state.ts";
import { messageKey, viewHead } from "../task-state.ts";
import type { CommandBody, StoreOptions } from "./submit.ts";
import {
  awaitApplied,
  callApply,
  interruptSegment,
  sendApply,
  sendNudge,
  storeParts,
} from "./submit.ts";

export interface NewMessage extends SendInput {
  /** Of the agent; see AgentLimits. */
  readonly maxWaitingMessages: number;
  readonly messageId: string;
  readonly listener?: string | undefined;
}

export async function send(
  ctx: ObjectSharedContext,
  agent: string,
  options: StoreOptions,
  input: NewMessage,
): Promise<SendResult> {
  const head = await viewHead(ctx);
  if (head === undefined) throw notFound(agent);
  const digest = messageDigest(input.message, input.from);
  const result = { taskId: ctx.key, taskUid: head.taskUid, messageId: input.messageId };
  const { messageId, from, listener, mode } = input;
  if (await isKnown(ctx, messageId, digest)) {
    if (listener !== undefined) sendApply(ctx, agent, { type: "listen", messageId, listener });
    return { ...result, result: "duplicate" };
  }
  if (verbProblem(head, "send") !== undefined) throw taskEnded(head.status);
  if (isFull(head, input)) throw tooMany(input.maxWaitingMessages);
  const parts = await storeParts(ctx, input.message, head.tenant, options);
  const command: CommandBody = {
    type: "message",
    messageId,
    parts,
    digest,
    ...(from === undefined ? {} : { from }),
    ...(listener === undefined ? {} : { listener }),
    ...(mode === undefined || mode === "steer" ? {} : { mode }),
  };
  const applied = input.wait === "applied" ? callApply(ctx, agent, command) : undefined;
  if (applied === undefined) sendApply(ctx, agent, command);
  const kind = mode === "interrupt" ? ABORT_SIGNAL : YIELD_SIGNAL;
  interruptSegment(ctx, head, kind);
  sendNudge(ctx, head, { kind, messageId, attempt: 0 });
  if (applied === undefined) return { ...result, result: "accepted" };
  return { ...result, ...placeOf(await awaitApplied(applied, MAX_APPLIED_WAIT_MS)) };
}

/** Where the message is in the log; or that it will be, or that it found the task ended. */
function placeOf(applied: Applied | undefined): Pick<SendResult, "result" | "turn" | "seq"> {
  if (applied === undefined) return { result: "accepted" };
  const { result, status, turn, seq } = applied;
  if (result === "duplicate") return { result };
  if (seq === undefined) throw result === "conflict" ? messageConflict() : taskEnded(status);
  return { result: "applied", seq, ...(turn === undefined ? {} : { turn }) };
}

function tooMany(most: number) {
  const message = `${most} messages wait for the model to take them in; send it again later`;
  return problem("too_many_messages", message);
}

/** Whether the message was applied already; another content under its id is refused. */
export async function isKnown(
  ctx: ObjectSharedContext,
  messageId: string,
  digest: string,
): Promise<boolean> {
  const row = await ctx.get<MessageRow>(messageKey(messageId));
  if (row === null) return false;
  if (row.digest === digest) return true;
  throw messageConflict();
}

export function notFound(agent: string) {
  return problem("task_not_found", `agent ${agent} has no task with this id; make it with start`);
}
