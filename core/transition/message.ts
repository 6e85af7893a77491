// Owns what a message means to a task: the first starts it, a later one joins the open turn
// or opens the next.
import type { AgentLimits } from "../../contract/agent.ts";
import type { BudgetParent } from "../../contract/budget-parent.ts";
import type { AskedByParent, ParentTask } from "../../contract/child.ts";
import type { Actor, EventBody, EventData } from "../../contract/event.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { MessageMode, StoredPart } from "../../contract/message.ts";
import type { TaskHead } from "../task-head.ts";
import { HEAD_VERSION, NO_TURN } from "../task-head.ts";
import { isOver } from "../reduce.ts";
import { GENESIS } from "../log.ts";
import { withdrawReview } from "./withdraw-review.ts";
import { wokenBy } from "./unknown-effect.ts";

export interface NewTask {
  readonly taskUid: string;
  readonly taskId: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly owner?: string | undefined;
  readonly escalation?: string | undefined;
  readonly tenant?: string | undefined;
  readonly budgetParent?: BudgetParent | undefined;
  readonly parent?: ParentTask | undefined;
  readonly inputDigest: string;
  /** A secret of the task's own (0017); absent: its log cannot be erased. */
  readonly salt?: string | undefined;
  readonly at: number;
}

/** The head of a task that has no log yet. */
export function newHead(task: NewTask): TaskHead {
  return {
    v: HEAD_VERSION,
    taskUid: task.taskUid,
    taskId: task.taskId,
    agent: task.agent,
    agentVersion: task.agentVersion,
    ...(task.owner === undefined ? {} : { owner: task.owner }),
    ...(task.escalation === undefined ? {} : { escalation: task.escalation }),
    ...(task.tenant === undefined ? {} : { tenant: task.tenant }),
    ...(task.budgetParent === undefined ? {} : { budgetParent: task.budgetParent }),
    ...(task.parent === undefined ? {} : { parent: task.parent }),
    inputDigest: task.inputDigest,
    status: "queued",
    createdAt: task.at,
    updatedAt: task.at,
    nextSeq: 0,
    hash: GENESIS,
    ...(task.salt === undefined ? {} : { salt: task.salt }),
    step: 0,
    turn: NO_TURN,
    operations: [],
    cancelling: false,
    lostSegments: 0,
    park: { number: 0 },
    segment: { number: 0, open: false, queued: false },
    listeners: [],
    usage: { modelCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0 },
  };
}

/** Without grants the task may use every tool that its agent declares, and its log says so. */
export function onStart(
  task: NewTask,
  grants: readonly NamedGrant[] | "declared" = "declared",
  // What the parent may do, of a child.
  within?: readonly NamedGrant[],
): readonly EventBody[] {
  const { agent, agentVersion, inputDigest, owner, escalation, tenant, budgetParent } = task;
  const { parent } = task;
  const data = {
    agent,
    agentVersion,
    inputDigest,
    ...(owner === undefined ? {} : { owner }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(budgetParent === undefined ? {} : { budgetParent }),
    ...(parent === undefined ? {} : { parent }),
    grants,
    ...(within === undefined ? {} : { bounds: { within } }),
  };
  const actor = parent === undefined ? userActor(owner) : agentActor(parent);
  return [{ type: "task.started", actor, data }];
}

export interface IncomingMessage {
  readonly messageId: string;
  readonly parts: readonly StoredPart[];
  readonly digest: string;
  readonly from?: string | undefined;
  /** Absent is `steer`. */
  readonly mode?: MessageMode | undefined;
  readonly asked?: AskedByParent | undefined;
}

/** Messages that the model has not taken in yet, kept ones included. */
function waitingMessages({ turn, queue }: TaskHead): number {
  return (turn.unread ?? 0) + (queue === undefined ? 0 : queue.next - queue.first);
}

/** Whether a task that is given more messages than it takes in refuses this one. */
export function isFull(
  head: TaskHead,
  { maxWaitingMessages }: Pick<AgentLimits, "maxWaitingMessages">,
): boolean {
  return waitingMessages(head) >= maxWaitingMessages;
}

/** Whether a message is kept for a later turn: one is open, or others wait before it. */
function isKept({ turn, queue }: TaskHead, mode: MessageMode | undefined): boolean {
  return mode === "queue" && (turn.open || queue !== undefined);
}

export function onMessage(head: TaskHead, message: IncomingMessage): readonly EventBody[] {
  const { asked } = message;
  const actor = asked === undefined ? userActor(message.from) : agentActor(asked);
  const whose = asked === undefined ? {} : { asked };
  if (isOver(head) || head.cancelling) {
    return [
      {
        type: "message.refused",
        actor,
        data: { messageId: message.messageId, status: head.status },
      },
    ];
  }
  const { messageId, parts, digest, mode } = message;
  if (isKept(head, mode)) {
    const n = head.queue?.next ?? 0;
    return [{ type: "message.queued", actor, data: { n, messageId, parts, digest, ...whose } }];
  }
  const turn = head.turn.open ? head.turn.number : head.turn.number + 1;
  const stops = mode === "interrupt" && head.turn.open;
  const data = { messageId, turn, parts, digest, ...(stops ? { mode } : {}), ...whose };
  const received: EventBody = { type: "message.received", actor, data };
  // The answer is not what it was asked for any more.
  const withdrawn = withdrawReview(head, "a message has come");
  if (stops) return [received, ...withdrawn, ...wokenBy(head, "interrupt")];
  // Where the turn rests on its background, this is what it waits for as well.
  return withdrawn.length === 0 && head.turn.rests !== true
    ? [received]
    : [received, ...withdrawn, ...wokenBy(head, "message")];
}

/** The first message that was kept opens the next turn. */
export function onTakeQueued(
  head: TaskHead,
  { actor, data }: { readonly actor: Actor; readonly data: EventData["message.queued"] },
): readonly EventBody[] {
  if (head.turn.open || head.queue?.first !== data.n) return [];
  const { n: _, ...message } = data;
  const turn = head.turn.number + 1;
  const received = { ...message, turn, mode: "queue" } as const;
  return [{ type: "message.received", actor, data: received }];
}

function agentActor({ agent }: { readonly agent: string }): Actor {
  return { kind: "agent", id: agent };
}

function userActor(id: string | undefined): Actor {
  return { kind: "user", ...(id === undefined ? {} : { id }) };
}
