// Owns a task's status as people see it, from its head and the few events that it points to.
import type { OperationView, StatusView, TurnAnswer } from "../contract/api.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { OpenOperation, TaskHead } from "./task-head.ts";

/** Number of the last turn that has ended; 0 before the first. */
export function lastEndedTurn({ turn }: TaskHead): number {
  return turn.open ? turn.number - 1 : turn.number;
}

export function statusView(
  head: TaskHead,
  operations: readonly OperationView[],
  lastTurn: TurnAnswer | undefined,
): StatusView {
  return {
    taskId: head.taskId,
    taskUid: head.taskUid,
    agent: head.agent,
    agentVersion: head.agentVersion,
    status: head.status,
    ...(head.reason === undefined ? {} : { reason: head.reason }),
    ...(head.park.wakeAt === undefined ? {} : { wakeAt: head.park.wakeAt }),
    turn: head.turn.number,
    step: head.step,
    segment: head.segment.number,
    operations,
    usage: head.usage,
    ...(lastTurn === undefined ? {} : { lastTurn }),
    cursor: head.nextSeq - 1,
    ...(head.owner === undefined ? {} : { owner: head.owner }),
    createdAt: head.createdAt,
    updatedAt: head.updatedAt,
  };
}

/** Whether `operationView` needs the event at `answerSeq`. */
export function showsProposal({ state, approval }: OpenOperation): boolean {
  return state === "approval-open" && approval?.awakeableId !== undefined;
}

/** An open operation; the exact proposed call with it while an approval is open (R33). */
export function operationView(
  operation: OpenOperation,
  answer: TaskEvent | undefined,
): OperationView {
  const { operationId, state, tool, toolVersion, effect, since } = operation;
  const view = { operationId, state, tool, toolVersion, effect, since };
  const { approval, argumentsDigest } = operation;
  if (!showsProposal(operation) || approval?.awakeableId === undefined) return view;
  const { digest, awakeableId } = approval;
  const given = proposedArguments(answer, operation);
  return { ...view, proposal: { arguments: given, argumentsDigest, digest, awakeableId } };
}

/** The arguments by value, or by reference where they are large. */
function proposedArguments(event: TaskEvent | undefined, operation: OpenOperation): unknown {
  if (event?.type !== "model.answered") return undefined;
  const stored = event.data.answer.calls[operation.ordinal]?.arguments;
  if (stored === undefined || !("text" in stored)) return stored;
  return stored.text.trim() === "" ? {} : (JSON.parse(stored.text) as unknown);
}
