// Owns what a message means to a task: the first starts it, a later one joins the open turn
// or opens the next.
import type { Actor, EventBody } from "../../contract/event.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { StoredPart } from "../../contract/message.ts";
import type { TaskHead } from "../task-head.ts";
import { HEAD_VERSION, NO_TURN } from "../task-head.ts";
import { isOver } from "../reduce.ts";
import { GENESIS } from "../log.ts";

export interface NewTask {
  readonly taskUid: string;
  readonly taskId: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly owner?: string | undefined;
  readonly tenant?: string | undefined;
  readonly inputDigest: string;
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
    ...(task.tenant === undefined ? {} : { tenant: task.tenant }),
    inputDigest: task.inputDigest,
    status: "queued",
    createdAt: task.at,
    updatedAt: task.at,
    nextSeq: 0,
    hash: GENESIS,
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
): readonly EventBody[] {
  const { agent, agentVersion, inputDigest, owner, tenant } = task;
  const data = {
    agent,
    agentVersion,
    inputDigest,
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    grants,
  };
  return [{ type: "task.started", actor: userActor(owner), data }];
}

export interface IncomingMessage {
  readonly messageId: string;
  readonly parts: readonly StoredPart[];
  readonly digest: string;
  readonly from?: string | undefined;
}

export function onMessage(head: TaskHead, message: IncomingMessage): readonly EventBody[] {
  const actor = userActor(message.from);
  if (isOver(head) || head.cancelling) {
    return [
      {
        type: "message.refused",
        actor,
        data: { messageId: message.messageId, status: head.status },
      },
    ];
  }
  const turn = head.turn.open ? head.turn.number : head.turn.number + 1;
  const { messageId, parts, digest } = message;
  return [{ type: "message.received", actor, data: { messageId, turn, parts, digest } }];
}

function userActor(id: string | undefined): Actor {
  return { kind: "user", ...(id === undefined ? {} : { id }) };
}
