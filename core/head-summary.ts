// Owns what of a task's head stays readable when state is encrypted: enough to list, find and
// look after tasks by SQL, and nothing that a user, a model or a tool has written.
import type { OpenOperation, TaskHead } from "./task-head.ts";
import type { WaitPart } from "./wait/wait-part.ts";

/** Field by field as in the head, so that one query reads both. */
export function headSummary(head: TaskHead) {
  const { v, taskUid, taskId, agent, agentVersion, owner, status, createdAt, updatedAt } = head;
  const { since, progressAt, stuck, escalation } = head;
  const operations = head.operations.map(operationSummary);
  return {
    v,
    taskUid,
    taskId,
    agent,
    agentVersion,
    ...(owner === undefined ? {} : { owner }),
    ...(escalation === undefined ? {} : { escalation }),
    status,
    ...(head.hold === undefined ? {} : { hold: { kind: head.hold.kind, at: head.hold.at } }),
    createdAt,
    updatedAt,
    ...(since === undefined ? {} : { since }),
    ...(progressAt === undefined ? {} : { progressAt }),
    ...(stuck === undefined ? {} : { stuck }),
    nextSeq: head.nextSeq,
    step: head.step,
    operations,
    ...asksSummary(head),
    park: { number: head.park.number, wakeAt: head.park.wakeAt },
    segment: head.segment,
    usage: head.usage,
  };
}

/** Which people are asked beside those about operations. */
function asksSummary({ review, budget }: TaskHead) {
  const { asked } = review ?? {};
  const { extension } = budget ?? {};
  return {
    ...(review === undefined || asked === undefined
      ? {}
      : { review: { state: review.state, asked: askedOf(asked) } }),
    ...(extension === undefined
      ? {}
      : { budget: { extension: { state: extension.state, approvalId: extension.approvalId } } }),
  };
}

function askedOf({ approvalId, expiresAt }: { approvalId: string; expiresAt: number }) {
  return { approvalId, expiresAt };
}

function operationSummary(operation: OpenOperation) {
  const { operationId, tool, state, effect, since, wait, approval } = operation;
  const { expiresAt, request } = approval ?? {};
  return {
    operationId,
    tool,
    state,
    effect,
    since,
    ...(expiresAt === undefined ? {} : { approval: { expiresAt, request } }),
    ...(wait === undefined ? {} : { wait: waitSummary(wait) }),
  };
}

function waitSummary({ kind, endsAt, background }: WaitPart) {
  return { kind, endsAt, ...(background === undefined ? {} : { background }) };
}
