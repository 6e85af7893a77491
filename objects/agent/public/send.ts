// Owns `send`: accepts a message for a task that exists, to be applied once by its id (F29).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { SendInput, SendResult } from "../../../contract/api.ts";
import { YIELD_SIGNAL } from "../../../contract/command.ts";
import { hasEnded } from "../../../contract/status.ts";
import type { TaskHead } from "../../../core/task-head.ts";
import { messageDigest } from "../../../core/message-digest.ts";
import { messageConflict, problem, taskEnded } from "../problem.ts";
import type { MessageRow } from "../task-state.ts";
import { messageKey, viewHead } from "../task-state.ts";
import type { StoreOptions } from "./submit.ts";
import { interruptSegment, sendApply, sendNudge, storeParts } from "./submit.ts";

export interface NewMessage extends SendInput {
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
  const { messageId, from, listener } = input;
  if (await isKnown(ctx, messageId, digest)) {
    if (listener !== undefined) sendApply(ctx, agent, { type: "listen", messageId, listener });
    return { ...result, result: "duplicate" };
  }
  refuseEnded(head);
  const parts = await storeParts(ctx, input.message, options);
  sendApply(ctx, agent, {
    type: "message",
    messageId,
    parts,
    digest,
    ...(from === undefined ? {} : { from }),
    ...(listener === undefined ? {} : { listener }),
  });
  interruptSegment(ctx, head, YIELD_SIGNAL);
  sendNudge(ctx, head, { kind: YIELD_SIGNAL, messageId, attempt: 0 });
  return { ...result, result: "accepted" };
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

export function refuseEnded(head: TaskHead): void {
  if (hasEnded(head.status) || head.cancelling) throw taskEnded(head.status);
}

export function notFound(agent: string) {
  return problem("task_not_found", `agent ${agent} has no task with this id; make it with start`);
}
