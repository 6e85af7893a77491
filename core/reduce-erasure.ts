// Owns what a head keeps of a task whose content is erased (R102): what it was and what it has used,
// and nothing that people, models or tools have said. The rest of the table is in reduce.ts.
import type { ErasureEventData } from "../contract/erasure-event.ts";
import type { ReducersOf } from "./change-head.ts";
import type { TaskHead } from "./task-head.ts";
import { NO_TURN } from "./task-head.ts";

export const ERASURE_REDUCERS: ReducersOf<keyof ErasureEventData> = {
  "task.preserved": (before, data, { at, actor, reason = "" }) => {
    const { preserved: _, ...head } = before;
    const by = actor.id === undefined ? {} : { by: actor.id };
    return data.preserved ? { ...head, preserved: { at, ...by, reason } } : head;
  },
  "task.erased": (head, _, { seq, at }) => ({ ...withoutContent(head), erased: { seq, at } }),
};

/** Field by field: what is new in a head is not kept until somebody has thought of it here. */
function withoutContent(head: TaskHead): TaskHead {
  const { v, taskUid, taskId, agent, agentVersion, tenant, policyVersion } = head;
  const { status, createdAt, updatedAt, since, progressAt } = head;
  const { nextSeq, hash, salt, step, usage, turn, park, segment } = head;
  return {
    v,
    taskUid,
    taskId,
    agent,
    agentVersion,
    ...(tenant === undefined ? {} : { tenant }),
    ...(policyVersion === undefined ? {} : { policyVersion }),
    // By a digest of what it was given somebody could try what that was.
    inputDigest: "",
    status,
    createdAt,
    updatedAt,
    ...(since === undefined ? {} : { since }),
    ...(progressAt === undefined ? {} : { progressAt }),
    nextSeq,
    hash,
    ...(salt === undefined ? {} : { salt }),
    step,
    turn: { ...NO_TURN, number: turn.number },
    operations: [],
    cancelling: false,
    lostSegments: 0,
    park: { number: park.number },
    segment,
    listeners: [],
    usage,
  };
}
