// Owns `ask`: a message, and a durable wait for the answer of its turn. Asked again with the
// same messageId it goes on waiting.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import { TimeoutError } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { AskInput, AskResult, TurnAnswer } from "../../../contract/api.ts";
import { DEFAULT_ASK_TIMEOUT_MS, START_MESSAGE_ID } from "../../../contract/api.ts";
import { messageDigest } from "../../../core/message-digest.ts";
import { readTurnAnswer } from "../listeners.ts";
import type { OwnerRules } from "../owners.ts";
import type { MessageRow } from "../task-state.ts";
import { messageKey, viewHead, viewTask } from "../task-state.ts";
import { isKnown, notFound, send } from "./send.ts";
import { start } from "./start.ts";
import type { StoreOptions } from "./submit.ts";
import { sendApply } from "./submit.ts";

export interface Question extends AskInput {
  readonly messageId: string;
  readonly owners: OwnerRules | undefined;
}

export async function ask(
  ctx: ObjectSharedContext,
  definition: AgentDefinition,
  options: StoreOptions,
  input: Question,
): Promise<AskResult> {
  const agent = definition.name;
  const early = await answerOf(ctx, input);
  if (early !== undefined) return resultOf(ctx, agent, input.messageId, early);
  const { id: listener, promise } = ctx.awakeable<TurnAnswer>();
  await submit(ctx, definition, options, input, listener);
  const timeoutMs = input.timeoutMs ?? DEFAULT_ASK_TIMEOUT_MS;
  try {
    const turn = await promise.orTimeout(timeoutMs);
    return await resultOf(ctx, agent, input.messageId, turn);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    // The turn may have ended all the same: of many listeners the oldest give way.
    return await resultOf(ctx, agent, input.messageId, await answerOf(ctx, input));
  }
}

/** The answer, when the message's turn has ended already. */
async function answerOf(
  ctx: ObjectSharedContext,
  input: Question,
): Promise<TurnAnswer | undefined> {
  const { message, messageId, from } = input;
  const head = await viewHead(ctx);
  if (head === undefined) return undefined;
  // `start`'s own message is asked after by its id alone.
  if (
    messageId !== START_MESSAGE_ID &&
    !(await isKnown(ctx, messageId, messageDigest(message, from)))
  )
    return undefined;
  const row = await ctx.get<MessageRow>(messageKey(messageId));
  // One that is kept has no turn yet.
  if (row === null || row.queued !== undefined) return undefined;
  return readTurnAnswer(ctx, row.turn, head.nextSeq);
}

async function submit(
  ctx: ObjectSharedContext,
  definition: AgentDefinition,
  options: StoreOptions,
  input: Question,
  listener: string,
): Promise<void> {
  const agent = definition.name;
  const { message, messageId, from, mode, tenant } = input;
  const head = await viewHead(ctx);
  if (head === undefined) {
    await start(ctx, definition, options, {
      message,
      messageId,
      listener,
      owners: input.owners,
      ...(from === undefined ? {} : { owner: from }),
      ...(tenant === undefined ? {} : { tenant }),
    });
    return;
  }
  if (messageId === START_MESSAGE_ID) {
    sendApply(ctx, agent, { type: "listen", messageId, listener });
    return;
  }
  await send(ctx, agent, options, {
    message,
    messageId,
    listener,
    maxWaitingMessages: definition.limits.maxWaitingMessages,
    ...(from === undefined ? {} : { from }),
    ...(mode === undefined ? {} : { mode }),
  });
}

async function resultOf(
  ctx: ObjectSharedContext,
  agent: string,
  messageId: string,
  turn?: TurnAnswer,
): Promise<AskResult> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent);
  const { taskUid, status, nextSeq } = head;
  return {
    taskId: ctx.key,
    taskUid,
    messageId,
    status,
    cursor: nextSeq - 1,
    ...(turn === undefined ? {} : { turn }),
  };
}
