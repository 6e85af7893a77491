// Owns a change of a task: events are sealed and reduced in memory, then written together
// with the head, and what must follow from them is sent. Only exclusive handlers write (L1).
import type { InvocationHandle, ObjectContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type { RunInput, Wake } from "../../contract/command.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { LiveSink } from "../../contract/live.ts";
import type { RememberEvents } from "../../contract/port.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { eventSize, sealEvent } from "../../core/log.ts";
import { isTold } from "../../core/child/follow-parent.ts";
import { isOver, reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { EndedSubscription } from "../../core/wait/wait-terms.ts";
import { endedSubscriptions } from "../../core/wait/wait-terms.ts";
import { effectRow } from "../../core/transition/compensation.ts";
import { boundsIn } from "../../core/transition/follow.ts";
import { announce } from "./announce.ts";
import { followExtension } from "./extension.ts";
import { noteEvidence } from "./note-evidence.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { headSerde } from "./head-serde.ts";
import { appendEvents } from "./log-store.ts";
import { subscribe } from "./tell-inbox.ts";
import { followReview, tellApproval, withdrawApproval } from "./tell-approval.ts";
import type { ParkTimers } from "./park-timers.ts";
import { createParkTimers } from "./park-timers.ts";
import { createParentTeller } from "./tell-parent.ts";
import type { MessageRow, QueuedRow, SettledRow, TurnRow } from "./task-state.ts";
import {
  BOUNDS_KEY,
  effectKey,
  GRANTS_KEY,
  HEAD_KEY,
  messageKey,
  queuedKey,
  queuedKeys,
  settledKey,
  turnKey,
} from "./task-state.ts";

export interface TaskWriter {
  readonly agent: AgentDefinition;
  /** Whether the app has somebody to tell. */
  readonly notifies: boolean;
  head: TaskHead;
  /** Milliseconds since the epoch: the latest time that this handler knows from its journal. */
  now: number;
  /** Events that this handler has recorded, in order. */
  readonly written: TaskEvent[];
  /** Event waits that it has ended otherwise, until their inboxes are told. */
  readonly endedSubscriptions: EndedSubscription[];
  /** What it has recorded of children, until they are told. */
  readonly childNews: TaskEvent[];
  /** Keys of messages that were kept for turns that never come, until they are cleared. */
  readonly emptied: string[];
  /** Bytes of the events that this handler has written, about. */
  bytes: number;
  /** Takes events into the head; they are in the state after the next `commit` or `save`. */
  record(events: readonly EventBody[]): void;
  /** Marks that belong to the shell and follow from no event. */
  mark(change: Partial<Pick<TaskHead, "segment" | "operations" | "listeners" | "budget">>): void;
  /** Writes the events. With `issued` the ready calls must follow at once. */
  commit(issued?: boolean): void;
  /**
   * Writes the events, unless all of them may be written along with the next model answer:
   * what they tell can be had again without repeating anything.
   */
  commitIfDue(): void;
  /** Writes the events, and marks the timer of the park that they leave, so that it can be taken back. */
  keepTimer(): Promise<void>;
  /** Writes the events and the head. A timer of a park that is over is taken back. */
  save(): void;
  /** Saves and sends the next segment. The last thing before the end (L15). */
  sendRun(): void;
}

/** Of the agent's ports, what follows from events goes by. */
interface WriterPorts {
  readonly remember: RememberEvents;
  readonly live?: LiveSink;
  readonly notifies?: boolean;
  readonly signs?: boolean;
}

interface WriterDeps {
  readonly agent: AgentDefinition;
  readonly ports: WriterPorts;
}

/** A change of the task whose head this is, at this time (milliseconds since the epoch). */
export function createTaskWriter(
  ctx: ObjectContext,
  { agent, ports }: WriterDeps,
  start: TaskHead,
  now: number,
): TaskWriter {
  const pending: TaskEvent[] = [];
  const timers = createParkTimers(ctx, start);
  const parent = createParentTeller(ctx, agent);
  const writer: TaskWriter = {
    agent,
    notifies: ports.notifies === true,
    head: start,
    // A clock that was set back would let every timer fire as much later (F27).
    now: Math.max(now, start.updatedAt),
    written: [],
    endedSubscriptions: [],
    childNews: [],
    emptied: [],
    bytes: 0,
    record: (events) => {
      for (const body of events) {
        const event = takeIn(writer, body);
        parent.note(writer.head, event);
        pending.push(event);
      }
    },
    mark: (change) => {
      writer.head = { ...writer.head, ...change };
    },
    commit: (issued = false) => {
      if (pending.length === 0) {
        if (issued) ctx.set(HEAD_KEY, writer.head, headSerde);
        return;
      }
      commitEvents(ctx, writer, { events: pending.splice(0), issued, ports, timers });
      parent.tell(writer.head);
    },
    commitIfDue: () => {
      if (pending.some((event) => !mayLag(event))) writer.commit();
    },
    keepTimer: async () => {
      writer.commit();
      await timers.keep(writer);
    },
    save: () => {
      writer.commit();
      timers.takeBack(writer.head);
      ctx.set(HEAD_KEY, writer.head, headSerde);
    },
    sendRun: () => sendNext(ctx, writer),
  };
  return writer;
}

interface Committing {
  readonly events: readonly TaskEvent[];
  readonly issued: boolean;
  readonly ports: Pick<WriterPorts, "remember" | "live" | "signs">;
  readonly timers: ParkTimers;
}

function commitEvents(
  ctx: ObjectContext,
  writer: TaskWriter,
  { events, issued, ports, timers }: Committing,
): void {
  appendEvents(ctx, events, issued);
  ports.remember(writer.head.taskUid, events);
  const { agent, taskId, nextSeq } = writer.head;
  ports.live?.tell({ kind: "events", agent, taskId, nextSeq });
  for (const event of events) {
    writeEvent(ctx, writer, event);
    sendFollowUp(ctx, writer, timers, event);
    if (writer.notifies) announce(ctx, writer.head, event);
    if (ports.signs === true) noteEvidence(ctx, writer.head, event);
  }
  for (const key of writer.emptied.splice(0)) ctx.clear(key);
}

function writeEvent(ctx: ObjectContext, writer: TaskWriter, event: TaskEvent): void {
  writer.bytes += eventSize(event);
  writeRows(ctx, event);
}

/** Into the head, with what is to be told to others once it is in the state. */
function takeIn(writer: TaskWriter, body: EventBody): TaskEvent {
  const event = sealEvent(writer.head, body, writer.now);
  const before = writer.head;
  writer.head = reduce(before, event);
  writer.endedSubscriptions.push(...endedSubscriptions(before, writer.head, event));
  if (before.queue !== undefined && isOver(writer.head))
    writer.emptied.push(...queuedKeys(before.queue));
  if (event.type.startsWith("child.") || isTold(writer.head, event)) writer.childNews.push(event);
  writer.written.push(event);
  return event;
}

function sendNext(ctx: ObjectContext, writer: TaskWriter): void {
  const { segment } = writer.head;
  writer.mark({ segment: { ...segment, queued: true } });
  writer.save();
  const next: RunInput = { v: COMMAND_VERSION, segment: segment.number + 1, at: writer.now };
  sendToSelf(ctx, writer.head, "run", next);
}

/**
 * The outcome of a call that may be repeated is kept by Restate under the operation's key, so
 * that a segment which lost it attaches and gets it again (L3).
 */
function mayLag(event: TaskEvent): boolean {
  if (event.type === "tool.returned") return EFFECT_POLICY[event.data.effect].repeatable;
  return (
    event.type === "segment.started" ||
    event.type === "call.refused" ||
    event.type === "answer.rejected"
  );
}

/** Small rows by which a message or a turn is found again without reading the log. */
function writeRows(ctx: ObjectContext, event: TaskEvent): void {
  if (event.type === "message.received") {
    const row: MessageRow = { digest: event.data.digest, turn: event.data.turn, seq: event.seq };
    ctx.set(messageKey(event.data.messageId), row);
  }
  if (event.type === "message.queued") {
    const { n: queued, messageId, digest } = event.data;
    const row: MessageRow = { digest, turn: 0, queued, seq: event.seq };
    ctx.set(messageKey(messageId), row);
    const place: QueuedRow = { seq: event.seq };
    ctx.set(queuedKey(queued), place);
  }
  if (event.type === "turn.retried") ctx.clear(turnKey(event.data.turn));
  if (event.type === "turn.completed" || event.type === "turn.failed") {
    const row: TurnRow = { endSeq: event.seq };
    ctx.set(turnKey(event.data.turn), row);
  }
  const granted = grantsIn(event);
  if (granted !== undefined) ctx.set(GRANTS_KEY, granted);
  const bounds = boundsIn(event);
  if (bounds !== undefined) ctx.set(BOUNDS_KEY, bounds);
  if (event.type === "tool.returned") {
    const effect = effectRow(event);
    if (effect !== undefined) ctx.set(effectKey(effect.n), effect.row);
  }
  // Of a question, so that whoever answers late is told who was first.
  const isQuestion = event.type === "wait.opened" && event.data.wait.kind === "question";
  if (isQuestion || (event.type === "tool.returned" && event.data.via === "answer"))
    ctx.set<SettledRow>(settledKey(event.data.operationId), { seq: event.seq });
  if (event.type === "effect.stated" || event.type === "effect.reconciled") {
    const row: SettledRow = { seq: event.seq };
    ctx.set(settledKey(event.data.operationId), row);
  }
}

function grantsIn(event: TaskEvent): readonly NamedGrant[] | undefined {
  if (event.type === "grants.changed") return event.data.grants;
  if (event.type === "task.retired") return [];
  if (event.type !== "task.started" || event.data.grants === "declared") return undefined;
  return event.data.grants;
}

function sendFollowUp(
  ctx: ObjectContext,
  writer: TaskWriter,
  timers: ParkTimers,
  event: TaskEvent,
): void {
  if (event.type === "approval.withdrawn") withdrawApproval(ctx, event.data);
  if (event.type === "approval.stale") tellApproval(ctx, event.data);
  if (event.type.startsWith("extension.")) followExtension(ctx, writer.head, event);
  if (event.type === "review.closed")
    followReview(ctx, event.data, event.reason ?? event.data.outcome);
  if (event.type === "wait.opened") subscribe(ctx, writer.head, event.data);
  // One that another park has replaced already needs none, and would wake that one.
  const { wakeAt } = writer.head.park;
  if (event.type === "task.parked" && wakeAt !== undefined && event.data.wakeAt === wakeAt) {
    const delay = Math.max(0, wakeAt - writer.now);
    const wake: Wake = { v: COMMAND_VERSION, type: "timer", park: writer.head.park.number };
    timers.sent(writer.head, sendToSelf(ctx, writer.head, "wake", wake, delay));
  }
}

function sendToSelf<T>(
  ctx: ObjectContext,
  head: TaskHead,
  method: string,
  parameter: T,
  delay = 0,
): InvocationHandle {
  return ctx.genericSend<T>({
    service: head.agent,
    key: head.taskId,
    method,
    parameter,
    inputSerde: jsonOf(),
    ...(delay === 0 ? {} : { delay }),
  });
}
