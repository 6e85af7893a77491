// Owns `apply`: the exclusive handler through which every command changes a task (L1, L5).
import type { ObjectContext, TerminalError } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import { START_MESSAGE_ID } from "../../contract/api.ts";
import type { Command } from "../../contract/command.ts";
import type { EraseCommand, PreserveCommand } from "../../contract/erasure.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { toolOf } from "../../core/doubt.ts";
import { narrow } from "../../core/grant/narrow.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import { onRollback, rollbackProblem } from "../../core/transition/compensation.ts";
import { onCancel } from "../../core/transition/control.ts";
import { newHead, onMessage, onStart } from "../../core/transition/message.ts";
import { onRetry } from "../../core/transition/retry.ts";
import { onSuccession } from "../../core/transition/succession.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { onFlag } from "../../core/watch/stuck.ts";
import { onStated } from "../../core/transition/unknown-effect.ts";
import { applyFollow, applyGrants } from "./apply-bounds.ts";
import { applyControl, isControl } from "./apply-control.ts";
import { applyErasure, freshSalt } from "./erase.ts";
import { applyToMessage } from "./apply-quarantined.ts";
import { applyAnswer, applyWithdraw } from "./apply-waits.ts";
import { addListener, readTurnAnswer } from "./listeners.ts";
import { messageConflict, taskEnded } from "./problem.ts";
import type { RunDeps } from "./segment.ts";
import { closeHandler, LOST, recoverTask } from "./recover.ts";
import { refusalOf } from "./settled-by.ts";
import type { MessageRow } from "./task-state.ts";
import { loadHeadNow, messageKey } from "./task-state.ts";
import type { TaskWriter } from "./task-writer.ts";
import { createTaskWriter } from "./task-writer.ts";

/** What `apply` did, for the few who wait for it. */
export interface Applied {
  readonly result: "applied" | "duplicate" | "conflict" | "no-task";
  readonly taskUid: string;
  readonly status: TaskHead["status"];
  /** Of a message: its turn, unless it is kept, and its position in the log. */
  readonly turn?: number;
  readonly seq?: number;
  /** Why a command was not taken that is judged when its turn comes. */
  readonly refused?: Refusal;
}

export async function apply(ctx: ObjectContext, deps: RunDeps, command: Command): Promise<Applied> {
  const { applied, writer } = await change(ctx, deps, command);
  if (writer !== undefined) await closeHandler(ctx, { writer, agent: deps.agent });
  return applied;
}

export interface Changed {
  readonly applied: Applied;
  /** Not saved yet; undefined when there is no task. */
  readonly writer?: TaskWriter;
}

/** Takes a command into the task's head and log, without saving them. */
export async function change(
  ctx: ObjectContext,
  { agent, ports }: RunDeps,
  command: Command,
): Promise<Changed> {
  const { head: stored, now } = await loadHeadNow(ctx);
  if (stored === undefined && command.type !== "start") {
    return { applied: { result: "no-task", taskUid: "", status: "failed" } };
  }
  const head =
    stored ?? firstHead(ctx, agent, command, { at: now, salt: await freshSalt(ctx, ports) });
  const writer = createTaskWriter(ctx, { agent, ports }, head, now);
  // It was lost before this came, which is not to be taken for its cause.
  if (writer.head.segment.open && command.type !== "recover" && command.type !== "kill")
    await recoverTask(ctx, { writer, agent }, LOST);
  const done =
    command.type === "erase" || command.type === "preserve"
      ? await applyErasure(ctx, { writer, ports }, command)
      : await applyTo(ctx, { writer, agent }, command, stored === undefined);
  const { taskUid, status } = writer.head;
  const applied: Applied =
    typeof done === "string"
      ? { result: done, taskUid, status, ...placeOf(writer, command) }
      : { result: "conflict", taskUid, status, refused: done };
  return { applied, writer };
}

/** Where the message of a command is now. */
function placeOf({ written }: TaskWriter, command: Command): Pick<Applied, "turn" | "seq"> {
  if (command.type !== "message") return {};
  for (const { type, data, seq } of written) {
    if (type === "message.received") return { turn: data.turn, seq };
    if (type === "message.queued") return { seq };
  }
  return {};
}

function firstHead(
  ctx: ObjectContext,
  agent: AgentDefinition,
  command: Command,
  { at, salt }: { readonly at: number; readonly salt: string | undefined },
): TaskHead {
  const start = command.type === "start" ? command : undefined;
  return newHead({
    taskUid: ctx.rand.uuidv4(),
    taskId: ctx.key,
    agent: agent.name,
    agentVersion: agent.version,
    owner: start?.owner,
    escalation: start?.escalation,
    tenant: start?.tenant,
    budgetParent: start?.budgetParent,
    parent: start?.parent,
    inputDigest: start?.digest ?? "",
    salt,
    at,
  });
}

interface Changing {
  readonly writer: TaskWriter;
  readonly agent: AgentDefinition;
}

async function applyTo(
  ctx: ObjectContext,
  { writer, agent }: Changing,
  command: Exclude<Command, EraseCommand | PreserveCommand>,
  isNew: boolean,
): Promise<Applied["result"] | Refusal> {
  if (isControl(command)) return applyControl({ writer, agent }, command);
  switch (command.type) {
    case "start":
      // An `ask` that lost the race to make the task has a message of its own all the same.
      if (!isNew && command.messageId !== START_MESSAGE_ID) return message(ctx, writer, command);
      if (!isNew) return startAgain(ctx, writer, command);
      writer.record(
        onStart(
          { ...writer.head, at: writer.now },
          command.grants ?? narrow(agent.grants, command.within) ?? "declared",
          command.within,
        ),
      );
      take(ctx, writer, command);
      return "applied";
    case "message":
      return message(ctx, writer, command);
    case "listen": {
      const row = await ctx.get<MessageRow>(messageKey(command.messageId));
      if (row !== null) await listen(ctx, writer, command.listener, row);
      return row === null ? "conflict" : "applied";
    }
    case "cancel":
      writer.record(onCancel(writer.head, command.by, command.reason, command.compensate));
      return "applied";
    case "settle":
      return settle(ctx, { writer, agent }, command);
    case "grant":
      return applyGrants(ctx, writer, command);
    case "follow":
      return applyFollow(ctx, { writer, agent }, command);
    case "retry":
      writer.record(onRetry(writer.head, agent, command));
      return "applied";
    case "retry-message":
    case "drop-message":
      return applyToMessage(ctx, writer, command);
    case "succeed":
      writer.record(onSuccession(writer.head, command));
      return "applied";
    case "rollback":
      return rollback(writer, command);
    case "answer":
      return applyAnswer(ctx, { writer, agent }, command);
    case "withdraw":
      return applyWithdraw(writer, command);
    case "flag":
      writer.record(onFlag(writer.head, command, writer.now));
      return "applied";
    case "recover":
      await recoverTask(ctx, { writer, agent }, command);
      return "applied";
  }
}

/** A person's word on an unknown effect; of two who speak at once one is refused. */
async function settle(
  ctx: ObjectContext,
  { writer, agent }: Changing,
  command: Extract<Command, { type: "settle" }>,
): Promise<"applied" | Refusal> {
  const { head, now } = writer;
  const refusal = verbProblem(head, "settle") ?? (await refusalOf(ctx, head, command));
  if (refusal !== undefined) return refusal;
  const operation = head.operations.find((each) => each.operationId === command.operationId);
  const tool = operation === undefined ? undefined : toolOf(agent, operation);
  writer.record(onStated(head, command, tool, now));
  return "applied";
}

function rollback(
  writer: TaskWriter,
  { by, reason }: Extract<Command, { type: "rollback" }>,
): "applied" | Refusal {
  const refusal = rollbackProblem(writer.head);
  if (refusal !== undefined) return refusal;
  writer.record(onRollback(writer.head, by, reason));
  return "applied";
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
  if (command.listener !== undefined) await listen(ctx, writer, command.listener, { turn: 1 });
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
  if (command.listener !== undefined) await listen(ctx, writer, command.listener, row);
  return "duplicate";
}

function take(ctx: ObjectContext, writer: TaskWriter, command: MessageCommand): void {
  const events = onMessage(writer.head, command);
  writer.record(events);
  const { listener: awakeableId } = command;
  if (events.some((event) => event.type === "message.refused")) {
    turnAway(ctx, command, taskEnded(writer.head.status));
  } else if (awakeableId !== undefined) {
    const kept = events.find((event) => event.type === "message.queued");
    const turn =
      kept === undefined ? { turn: writer.head.turn.number } : { turn: 0, queued: kept.data.n };
    addListener(writer, { awakeableId, ...turn });
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
  { turn, queued }: Pick<MessageRow, "turn" | "queued">,
): Promise<void> {
  const answer = await readTurnAnswer(ctx, turn, writer.head.nextSeq);
  const place = queued === undefined ? { turn } : { turn, queued };
  if (answer === undefined) addListener(writer, { awakeableId, ...place });
  else ctx.resolveAwakeable(awakeableId, answer);
}
