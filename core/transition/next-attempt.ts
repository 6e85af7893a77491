// Owns a new attempt of an operation: what it takes over from the one before, and for what
// reason it is made. The attempt grows only by what is recorded here (L3).
import type { Actor, CallPosition, EventBody } from "../../contract/event.ts";
import { operationId } from "../../contract/ids.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

/** Where an operation stands in the conversation. */
export function positionOf(operation: OpenOperation): CallPosition {
  const { operationId: id, step, ordinal, callId, tool } = operation;
  return { operationId: id, step, ordinal, callId, tool };
}

/**
 * The same proposal again, of which nothing was executed: an approval that was given for it
 * still holds, for it allows one execution (R96).
 */
export function nextAttempt(
  head: TaskHead,
  operation: OpenOperation,
  reason: string,
  actor?: Actor,
): EventBody {
  const { approval, operationId: id } = operation;
  const approvedAs = approval === undefined ? {} : { approvedAs: approval.approvedAs ?? id };
  return attempt(
    head,
    operation,
    { reason, ...(actor === undefined ? {} : { actor }) },
    approvedAs,
  );
}

/** A new attempt that an approval of the one before does not allow. */
export function unapprovedAttempt(
  head: TaskHead,
  operation: OpenOperation,
  reason: string,
): EventBody {
  return attempt(head, operation, { reason }, {});
}

function attempt(
  head: TaskHead,
  operation: OpenOperation,
  why: { readonly reason: string; readonly actor?: Actor },
  approved: { readonly approvedAs?: string },
): EventBody {
  const { toolVersion, effect, argumentsDigest, answerSeq } = operation;
  const number = operation.attempt + 1;
  const { step, ordinal } = operation;
  const id = operationId({ taskUid: head.taskUid, step, ordinal, attempt: number });
  const data = { toolVersion, effect, argumentsDigest, answerSeq, attempt: number, ...approved };
  return {
    type: "call.repeated",
    ...why,
    data: { ...positionOf(operation), operationId: id, ...data },
  };
}

/** The operation as `call.repeated` will make it, for what is recorded right behind. */
export function attemptOf(operation: OpenOperation, repeated: EventBody): OpenOperation {
  if (repeated.type !== "call.repeated") return operation;
  const { operationId: id, attempt: number } = repeated.data;
  return { ...operation, operationId: id, attempt: number };
}
