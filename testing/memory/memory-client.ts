// Owns how a test speaks to a task in memory: the public handlers of the agent object, with the
// same checks and answers, and the waits in virtual time.
import type { AskResult, SendResult, StatusView } from "../../contract/api.ts";
import { cancelInputSchema, DEFAULT_ASK_TIMEOUT_MS, START_MESSAGE_ID } from "../../contract/api.ts";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { MessageContent, StoredPart } from "../../contract/message.ts";
import { hasEnded } from "../../contract/status.ts";
import type { MessageOptions, StartOptions, TaskClient } from "../task-client.ts";
import { bodyOf, DEFAULT_WITHIN_MS, notReached, proposalOf } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import { checkInput, refuseVerb } from "./check-call.ts";
import type { PartPlace } from "./incoming.ts";
import { checkMessage, checkStart, newMessageId, storeParts } from "./incoming.ts";
import { applyCancel, applyMessage, findMessage } from "./memory-commands.ts";
import { createClaimClient } from "./memory-claims.ts";
import { createControlClient } from "./memory-control.ts";
import { createGrantClient, readGiven } from "./memory-grants.ts";
import { createEffectClient } from "./memory-effects.ts";
import { createEraseClient } from "./memory-erasure.ts";
import type { MemoryInbox } from "./memory-inbox.ts";
import type { MemoryTask } from "./memory-task.ts";
import { createWaitClient } from "./memory-waits.ts";
import { createWatchClient } from "./memory-watch.ts";
import type { StartChild } from "../../core/child/child-command.ts";
import { messageDigest, startDigest } from "../../core/message-digest.ts";
import { stopsUndoing } from "../../core/transition/control.ts";
import { isFull } from "../../core/transition/message.ts";
import { endedAnswer } from "../../core/turn-answer.ts";
import { answerOfTurn, statusOf } from "./status-view.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A message, checked and stored. */
export interface FirstMessage {
  readonly messageId: string;
  readonly parts: readonly StoredPart[];
  readonly digest: string;
  readonly owner: string | undefined;
  readonly tenant?: string | undefined;
  readonly grants?: readonly NamedGrant[] | undefined;
  /** Of a child. */
  readonly made?: Pick<StartChild, "escalation" | "budgetParent" | "parent" | "asked" | "within">;
}

/** Where the task is, or will be. */
export interface MemoryPlace extends PartPlace {
  readonly agent: string;
  readonly definition: Pick<AgentDefinition, "grants">;
  readonly taskId: string;
  readonly clock: VirtualClock;
  readonly inbox: MemoryInbox;
  /** Makes the task. */
  readonly begin: (message: FirstMessage) => void;
  /** The task, once there is one. Throws what broke it. */
  readonly task: () => MemoryTask | undefined;
}

export function createMemoryClient(place: MemoryPlace): TaskClient {
  const { taskId } = place;
  const ask: TaskClient["ask"] = async (content, options = {}) => {
    const { messageId = newMessageId(), from, timeoutMs = DEFAULT_ASK_TIMEOUT_MS } = options;
    const { tenant } = options;
    if (place.task() === undefined)
      await startWith(place, content, messageId, { owner: from, tenant });
    else if (messageId !== START_MESSAGE_ID) await sendTo(place, content, messageId, options);
    return awaitTurn(place, messageId, timeoutMs);
  };
  return {
    taskId,
    start: async (content, options = {}) => {
      const created = await startWith(place, content, START_MESSAGE_ID, options);
      const { taskUid, status } = existing(place).head;
      return { taskId, taskUid, status, created };
    },
    send: (content, options = {}) =>
      sendTo(place, content, options.messageId ?? newMessageId(), options),
    ask,
    status: async () => viewOf(place),
    ...createWatchClient(place.clock, () => existing(place)),
    events: async () => [...existing(place).log],
    decide: async (decision) => {
      await place.clock.settled();
      const open = proposalOf(viewOf(place), decision);
      const { byAwakeable, body } = bodyOf(decision, open);
      const { approvals } = existing(place);
      if (byAwakeable) await approvals.resolve(open.awakeableId, JSON.stringify(body));
      else await approvals.decide(open.approvalId, body);
    },
    ...createClaimClient(place.clock, () => existing(place)),
    cancel: async (input) => {
      checkInput(cancelInputSchema, input);
      const task = existing(place);
      const { taskUid, status, cancelling } = task.head;
      const stops = stopsUndoing(task.head, input.compensate ?? true);
      if (status === "cancelled" || (cancelling && !stops))
        return { taskUid, status, result: "already-cancelled" };
      refuseVerb(task.head, "cancel");
      applyCancel(task, input);
      return { taskUid, status, result: "accepted" };
    },
    ...createWaitClient(place.clock, place.inbox, () => existing(place)),
    grant: createGrantClient(place.clock, () => existing(place)),
    ...createControlClient(place.clock, () => existing(place)),
    ...createEffectClient(place.clock, () => existing(place)),
    ...createEraseClient(place, () => existing(place)),
    until: async (wanted, { withinMs = DEFAULT_WITHIN_MS } = {}) => {
      const statuses: readonly string[] = typeof wanted === "string" ? [wanted] : wanted;
      const reached = (): boolean => statuses.includes(viewOf(place).status);
      const { clock } = place;
      if (await passTime(clock, clock.now() + withinMs, reached)) return viewOf(place);
      throw notReached(viewOf(place), statuses);
    },
  };
}

function existing(place: MemoryPlace): MemoryTask {
  const task = place.task();
  if (task !== undefined) return task;
  throw taskProblem("task_not_found", `agent ${place.agent} has no task yet; make it with start`);
}

function viewOf(place: MemoryPlace): StatusView {
  const { head, log } = existing(place);
  return statusOf(head, log);
}

/** Whether the task was made. */
async function startWith(
  place: MemoryPlace,
  content: MessageContent,
  messageId: string,
  given: StartOptions,
): Promise<boolean> {
  const { owner, tenant } = given;
  checkStart(content, given);
  const grants = given.grants === undefined ? undefined : readGiven(place.definition, given.grants);
  const parts = await storeParts(content, tenant, place);
  const digest = startDigest({ message: content, messageId, ...given });
  const task = place.task();
  if (task === undefined) {
    place.begin({ messageId, parts, digest, owner, tenant, grants });
    return true;
  }
  if (task.head.inputDigest === digest) return false;
  throw taskProblem("task_conflict", "the task was started with another input");
}

async function sendTo(
  place: MemoryPlace,
  content: MessageContent,
  messageId: string,
  { from, mode }: MessageOptions,
): Promise<SendResult> {
  checkMessage(content, messageId, from);
  const task = existing(place);
  const parts = await storeParts(content, task.head.tenant, place);
  const digest = messageDigest(content, from);
  const result = accept(task, messageId, digest);
  if (result === "accepted") {
    if (isFull(task.head, task.agent.limits))
      throw taskProblem("too_many_messages", "too many messages wait for the model");
    applyMessage(task, { messageId, parts, digest, from, mode });
  }
  return { taskId: place.taskId, taskUid: task.head.taskUid, messageId, result };
}

/** Whether a message is new. Refuses another content under its id, and an ended task. */
function accept(task: MemoryTask, messageId: string, digest: string): SendResult["result"] {
  const known = findMessage(task.log, messageId);
  if (known === undefined) {
    refuseVerb(task.head, "send");
    return "accepted";
  }
  if (known.digest === digest) return "duplicate";
  throw taskProblem("message_conflict", "a message with this id but another content was applied");
}

async function awaitTurn(
  place: MemoryPlace,
  messageId: string,
  timeoutMs: number,
): Promise<AskResult> {
  const { clock, taskId } = place;
  const until = clock.now() + timeoutMs;
  const answer = () => {
    const { log, head } = existing(place);
    const turn = findMessage(log, messageId)?.turn;
    if (turn === undefined) return undefined;
    const ended = hasEnded(head.status) ? endedAnswer(turn, head.status) : undefined;
    return answerOfTurn(turn, log) ?? ended;
  };
  const ended = (): boolean => answer() !== undefined;
  if (!(await passTime(clock, until, ended))) await clock.advance(until - clock.now());
  const { taskUid, status, nextSeq } = existing(place).head;
  const turn = answer();
  const result = { taskId, taskUid, messageId, status, cursor: nextSeq - 1 };
  return turn === undefined ? result : { ...result, turn };
}

/** Lets time pass until something holds; false when it does not by then. */
async function passTime(
  clock: VirtualClock,
  until: number,
  holds: () => boolean,
): Promise<boolean> {
  await clock.settled();
  while (!holds()) {
    if (!(await clock.jump(until))) return false;
  }
  return true;
}
