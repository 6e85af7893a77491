// Owns what of a task's head stays readable when state is encrypted: enough to list, find and
// look after tasks by SQL, and nothing that a user, a model or a tool has written.
import type { TaskHead } from "./task-head.ts";

/** Field by field as in the head, so that one query reads both. */
export function headSummary(head: TaskHead) {
  const { v, taskUid, taskId, agent, agentVersion, owner, status, createdAt, updatedAt } = head;
  const operations = head.operations.map(({ operationId, tool, state, effect, since, wait }) => ({
    operationId,
    tool,
    state,
    effect,
    since,
    ...(wait === undefined ? {} : { wait: { kind: wait.kind, endsAt: wait.endsAt } }),
  }));
  return {
    v,
    taskUid,
    taskId,
    agent,
    agentVersion,
    ...(owner === undefined ? {} : { owner }),
    status,
    ...(head.hold === undefined ? {} : { hold: { kind: head.hold.kind, at: head.hold.at } }),
    createdAt,
    updatedAt,
    nextSeq: head.nextSeq,
    step: head.step,
    operations,
    park: { number: head.park.number, wakeAt: head.park.wakeAt },
    segment: head.segment,
    usage: head.usage,
  };
}
