// Owns how each event changes a task's head. What the head says of a task follows from its
// log; only `segment`, `park.number` and the `issued` mark belong to the shell.
import type { EventData, EventType, TaskEvent } from "../contract/event.ts";
import { hasEnded } from "../contract/status.ts";
import { EFFECT_POLICY } from "./effect-policy.ts";
import { operationsOf } from "./operations.ts";
import { countCall, noteResult, uncountCall } from "./repeated-calls.ts";
import type { OpenOperation, TaskHead, TurnState } from "./task-head.ts";
import { markRunning, NO_TURN } from "./task-head.ts";

type Reducers = {
  readonly [T in EventType]: (head: TaskHead, data: EventData[T], event: TaskEvent) => TaskHead;
};

/** The head after an event. `segment` and the `issued` mark stay as they are. */
export function reduce(head: TaskHead, event: TaskEvent): TaskHead {
  // A reducer's data belongs to the event's type by construction of the table.
  const step = REDUCERS[event.type] as (
    head: TaskHead,
    data: unknown,
    event: TaskEvent,
  ) => TaskHead;
  const next = step(head, event.data, event);
  return { ...next, nextSeq: event.seq + 1, hash: event.hash, updatedAt: event.at };
}

function withTurn(head: TaskHead, change: Partial<TurnState>): TaskHead {
  return { ...head, turn: { ...head.turn, ...change } };
}

function withStatus(head: TaskHead, status: TaskHead["status"], reason?: string): TaskHead {
  const { reason: _, ...rest } = head;
  return { ...rest, status, ...(reason === undefined ? {} : { reason }) };
}

function changeOperation(
  head: TaskHead,
  id: string,
  change: (operation: OpenOperation) => OpenOperation,
): TaskHead {
  return {
    ...head,
    operations: head.operations.map((each) => (each.operationId === id ? change(each) : each)),
  };
}

function dropOperation(head: TaskHead, id: string): TaskHead {
  return { ...head, operations: head.operations.filter((each) => each.operationId !== id) };
}

const unchanged = (head: TaskHead): TaskHead => head;

const REDUCERS: Reducers = {
  "task.started": unchanged,
  "message.received": (head, data, event) => {
    if (data.turn === head.turn.number) return withTurn(head, { repeats: [] });
    const turn = { ...NO_TURN, number: data.turn, open: true };
    return withStatus({ ...head, turn, createdAt: Math.min(head.createdAt, event.at) }, "queued");
  },
  "message.refused": unchanged,
  "segment.started": (head, data) => ({ ...markRunning(head), agentVersion: data.agentVersion }),
  "segment.lost": (head) => ({ ...head, lostSegments: head.lostSegments + 1 }),
  "model.answered": (head, data, event) => ({
    ...withTurn(head, {
      repeats: operationsOf(head, event, data).reduce(
        (repeats, each) => countCall(repeats, each.tool, each.argumentsDigest),
        head.turn.repeats,
      ),
      steps: head.turn.steps + 1,
      activeMs: head.turn.activeMs + data.durationMs,
      providerFailures: 0,
      unusable: 0,
      room: 1,
    }),
    step: data.step,
    operations: operationsOf(head, event, data),
    lostSegments: 0,
    usage: {
      ...head.usage,
      modelCalls: head.usage.modelCalls + 1,
      inputTokens: head.usage.inputTokens + data.usage.inputTokens,
      outputTokens: head.usage.outputTokens + data.usage.outputTokens,
    },
  }),
  // Its time does not count: a turn never fails because a provider does not answer (L12).
  "model.failed": (head) => withTurn(head, { providerFailures: head.turn.providerFailures + 1 }),
  "model.aborted": unchanged,
  "answer.rejected": (head, data) =>
    withTurn(
      { ...head, operations: [] },
      {
        unusable: data.inARow,
        room: data.reason === "truncated" ? 2 : 1,
        // Its calls, the only ones that are open, are not made.
        repeats: head.operations.reduce(
          (repeats, each) => uncountCall(repeats, each.tool, each.argumentsDigest),
          head.turn.repeats,
        ),
      },
    ),
  "call.refused": unchanged,
  "call.repeated": (head, data, event) => ({
    ...head,
    operations: [...head.operations, { ...data, state: "ready", since: event.at }],
  }),
  "tool.returned": (head, data, event) => {
    const policy = EFFECT_POLICY[data.effect];
    const counted = {
      ...withTurn(head, { activeMs: head.turn.activeMs + data.durationMs }),
      usage: { ...head.usage, toolCalls: head.usage.toolCalls + 1 },
    };
    if (data.outcome === "unknown") {
      return policy.repeatable
        ? dropOperation(counted, data.operationId)
        : changeOperation(counted, data.operationId, (each) => ({
            ...each,
            state: "unknown",
            since: event.at,
          }));
    }
    const noted = noteResult(counted.turn.repeats, data, policy.changes);
    const endedBy = data.outcome === "ok" && data.endsTask ? { endedBy: data.tool } : {};
    return withTurn(dropOperation(counted, data.operationId), { repeats: noted, ...endedBy });
  },
  "approval.requested": (head, data, event) =>
    changeOperation(head, data.operationId, (each) => ({
      ...each,
      state: "approval-requested",
      since: event.at,
      approval: { digest: data.digest },
    })),
  "approval.opened": (head, data, event) =>
    changeOperation(head, data.operationId, (each) =>
      each.approval === undefined
        ? each
        : {
            ...each,
            state: "approval-open",
            since: event.at,
            approval: { ...each.approval, awakeableId: data.awakeableId },
          },
    ),
  "approval.decided": (head, data, event) =>
    data.decision === "reject"
      ? dropOperation(head, data.operationId)
      : changeOperation(head, data.operationId, (each) => ({
          ...each,
          state: "ready",
          since: event.at,
        })),
  "approval.mismatch": (head, data, event) => {
    const asked = changeOperation(head, data.operationId, (each) =>
      each.approval === undefined
        ? each
        : {
            ...each,
            state: "approval-requested",
            since: event.at,
            approval: { digest: each.approval.digest },
          },
    );
    // `waiting-approval` is said only while there is an awakeable to decide by.
    const open = asked.operations.some((each) => each.state === "approval-open");
    return open || asked.status !== "waiting-approval" ? asked : withStatus(asked, "running");
  },
  "task.parked": (head, data) => ({
    ...withStatus(head, data.status, data.reason),
    park: {
      number: head.park.number + 1,
      ...(data.wakeAt === undefined ? {} : { wakeAt: data.wakeAt }),
    },
  }),
  "task.woken": (head) => ({
    // A decision that comes while the task is being cancelled does not bring it back.
    ...withStatus(head, head.cancelling ? "cancelling" : "queued"),
    park: { number: head.park.number },
    lostSegments: 0,
  }),
  "turn.completed": (head) =>
    withStatus(withTurn({ ...head, operations: [] }, { open: false, repeats: [] }), "idle"),
  "turn.failed": (head, data) =>
    withStatus(
      withTurn({ ...head, operations: [] }, { open: false, repeats: [] }),
      "failed",
      data.code,
    ),
  "task.completed": (head) => withStatus(head, "completed"),
  "cancel.requested": (head) => withStatus({ ...head, cancelling: true }, "cancelling"),
  "task.cancelled": (head) =>
    withStatus(
      withTurn({ ...head, operations: [], cancelling: false }, { open: false, repeats: [] }),
      "cancelled",
    ),
};

/** Whether the task may still be given work. */
export function isOver(head: TaskHead): boolean {
  return hasEnded(head.status);
}
