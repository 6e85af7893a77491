// Owns `apply`: the exclusive handler through which every command changes a task (L1, L5).
import type { ObjectContext, TerminalError } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import { START_MESSAGE_ID } from "../../contract/api.ts";
import type { Command } from "../../contract/command.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { onCancel } from "../../core/transition/control.ts";
import { newHead, onMessage, onStart } from "../../core/transition/message.ts";
import { addListener, readTurnAnswer } from "./listeners.ts";
import { messageConflict, taskEnded } from "./problem.ts";
import type { RunDeps } from "./segment.ts";
import { closeHandler, recoverTask } from "./recover.ts";
import type { MessageRow } from "./task-state.ts";
import { loadHead, messageKey } from "./task-state.ts";
import type { TaskWriter } from "./task-writer.ts";
import { createTaskWriter } from "./task-writer.ts";

/** What `apply` did, for the few who wait for it. */
export interface Applied {
  readonly result: "applied" | "duplicate" | "conflict" | "no-task";
  readonly taskUid: string;
  readonly status: TaskHead["status"];
}

export async function apply(
  ctx: ObjectContext,
  { agent, ports: { remember } }: RunDeps,
  command: Command,
): Promise<Applied> {
  const now = await ctx.date.now();
  const stored = await loadHead(ctx);
  if (stored === undefined && command.type !== "start") {
    return { result: "no-task", taskUid: "", status: "failed" };
  }
  const writer = createTaskWriter(
    ctx,
    remember,
    stored ?? firstHead(ctx, agent, command, now),
    now,
  );
  const result = await applyTo(ctx, writer, command, stored === undefined);
  closeHandler(ctx, writer);
  return { result, taskUid: writer.head.taskUid, status: writer.head.status };
}

function firstHead(
  ctx: ObjectContext,
  agent: AgentDefinition,
  command: Command,
  at: number,
): TaskHead {
  const start = command.type === "start" ? command : undefined;
  return newHead({
    taskUid: ctx.rand.uuidv4(),
    taskId: ctx.key,
    agent: agent.name,
    agentVersion: agent.version,
    owner: start?.owner,
    inputDigest: start?.digest ?? "",
    at,
  });
}

async function applyTo(
  ctx: ObjectContext,
  writer: TaskWriter,
  command: Command,
  isNew: boolean,
): Promise<Applied["result"]> {
  switch (command.type) {
    case "start":
      // An `ask` that lost the race to make the task has a message of its own all the same.
      if (!isNew && command.messageId !== START_MESSAGE_ID) return message(ctx, writer, command);
      if (!isNew) return startAgain(ctx, writer, command);
      writer.record(onStart({ ...writer.head, at: writer.now }));
      take(ctx, writer, command);
      return "applied";
    case "message":
      return message(ctx, writer, command);
    case "listen": {
      const row = await ctx.get<MessageRow>(messageKey(command.messageId));
      if (row !== null) await listen(ctx, writer, command.listener, row.turn);
      return row === null ? "conflict" : "applied";
    }
    case "cancel":
      writer.record(onCancel(writer.head, command.by, command.reason));
      return "applied";
    case "recover":
      recoverTask(ctx, writer, command.cause, command.park);
      return "applied";
  }
}

type StartCommand = Extract<Command, { type: "start" }>;
type MessageCommand = Extract<Command, { type: "message" | "start" }>;

/** The same input is the same task, for ever; the object itself remembers (F28). */
async function startAgain(
  ctx: ObjectContext,
  writer: TaskWriter,
  command: StartCommand,
): Promise<Applied["result"]> {
  if (writer.head.inputDigest !== command.digest) return "conflict";
  if (command.listener !== undefined) await listen(ctx, writer, command.listener, 1);
  return "duplicate";
}

async function message(
  ctx: ObjectContext,
  writer: TaskWriter,
  command: MessageCommand,
): Promise<Applied["result"]> {
  const row = await ctx.get<MessageRow>(messageKey(command.messageId));
  if (row === null) {
    take(ctx, writer, command);
    return "applied";
  }
  if (row.digest !== command.digest) {
    turnAway(ctx, command, messageConflict());
    return "conflict";
  }
  if (command.listener !== undefined) await listen(ctx, writer, command.listener, row.turn);
  return "duplicate";
}

function take(ctx: ObjectContext, writer: TaskWriter, command: MessageCommand): void {
  const events = onMessage(writer.head, command);
  writer.record(events);
  const { listener: awakeableId } = command;
  if (events.some((event) => event.type === "message.refused")) {
    turnAway(ctx, command, taskEnded(writer.head.status));
  } else if (awakeableId !== undefined) {
    addListener(writer, { awakeableId, turn: writer.head.turn.number });
  }
}

/** Who waits for an answer that will never come is told at once. */
function turnAway(ctx: ObjectContext, { listener }: MessageCommand, why: TerminalError): void {
  if (listener !== undefined) ctx.rejectAwakeable(listener, why);
}

/** Answers a listener at once when its turn has ended already, else remembers it. */
async function listen(
  ctx: ObjectContext,
  writer: TaskWriter,
  awakeableId: string,
  turn: number,
): Promise<void> {
  const answer = await readTurnAnswer(ctx, turn, writer.head.nextSeq);
  if (answer === undefined) addListener(writer, { awakeableId, turn });
  else ctx.resolveAwakeable(awakeableId, answer);
}
