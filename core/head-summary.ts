// Owns what of a task's head stays readable when state is encrypted: enough to list, find and
// look after tasks by SQL, and nothing that a user, a model or a tool has written.
import type { ReviewRequest } from "./review/review-state.ts";
import type { Extension } from "./task-budget.ts";
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
    ...(head.erased === undefined ? {} : { erased: head.erased }),
    ...(head.preserved === undefined ? {} : { preserved: { at: head.preserved.at } }),
    ...(head.artifacts === undefined ? {} : { artifacts: head.artifacts }),
    ...(head.archived === undefined ? {} : { archived: head.archived }),
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
    ...(extension === undefined ? {} : { budget: { extension: extensionOf(extension) } }),
  };
}

function askedOf({ approvalId, expiresAt, claim }: ReviewRequest) {
  return { approvalId, expiresAt, ...(claim === undefined ? {} : { claim }) };
}

function extensionOf({ state, approvalId, requestedAt, expiresAt, claim }: Extension) {
  return {
    state,
    approvalId,
    ...(requestedAt === undefined ? {} : { requestedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(claim === undefined ? {} : { claim }),
  };
}

function operationSummary(operation: OpenOperation) {
  const { operationId, tool, state, effect, since, wait, approval } = operation;
  const { expiresAt, request, claim } = approval ?? {};
  const claimed = claim === undefined ? {} : { claim };
  return {
    operationId,
    tool,
    state,
    effect,
    since,
    ...(expiresAt === undefined ? {} : { approval: { expiresAt, request, ...claimed } }),
    ...(wait === undefined ? {} : { wait: waitSummary(wait) }),
  };
}

function waitSummary({ kind, endsAt, background }: WaitPart) {
  return { kind, endsAt, ...(background === undefined ? {} : { background }) };
}
