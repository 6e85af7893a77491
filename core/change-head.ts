// Owns the small changes of a head that the reducers are made of.
import type { EventData, EventType, TaskEvent } from "../contract/event.ts";
import type { OpenOperation, TaskHead, TurnState } from "./task-head.ts";

/** How events of these types change a head. */
export type ReducersOf<Types extends EventType> = {
  readonly [T in Types]: (head: TaskHead, data: EventData[T], event: TaskEvent) => TaskHead;
};

export function withTurn(head: TaskHead, change: Partial<TurnState>): TaskHead {
  return { ...head, turn: { ...head.turn, ...change } };
}

export function withStatus(head: TaskHead, status: TaskHead["status"], reason?: string): TaskHead {
  const { reason: _, ...rest } = head;
  return { ...rest, status, ...(reason === undefined ? {} : { reason }) };
}

export function changeOperation(
  head: TaskHead,
  id: string,
  change: (operation: OpenOperation) => OpenOperation,
): TaskHead {
  return {
    ...head,
    operations: head.operations.map((each) => (each.operationId === id ? change(each) : each)),
  };
}

export function dropOperation(head: TaskHead, id: string): TaskHead {
  return { ...head, operations: head.operations.filter((each) => each.operationId !== id) };
}
