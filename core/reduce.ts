// Owns how each event changes a task's head. What the head says of a task follows from its
// log; only `segment`, `park.number` and the `issued` mark belong to the shell.
import type { EventType, TaskEvent } from "../contract/event.ts";
import type { NamedGrant } from "../contract/grant.ts";
import { hasEnded } from "../contract/status.ts";
import type { ReducersOf } from "./change-head.ts";
import { withStatus, withTurn } from "./change-head.ts";
import { digestOf } from "./digest.ts";
import { operationsOf } from "./operations.ts";
import { APPROVAL_REDUCERS } from "./reduce-approvals.ts";
import { BUDGET_REDUCERS } from "./reduce-budget.ts";
import { EFFECT_REDUCERS, NOTHING_UNDONE } from "./reduce-effects.ts";
import { countCall, uncountCall } from "./repeated-calls.ts";
import type { Compensation, TaskHead } from "./task-head.ts";
import { markRunning, NO_TURN } from "./task-head.ts";

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

const unchanged = (head: TaskHead): TaskHead => head;

const REDUCERS: ReducersOf<EventType> = {
  ...EFFECT_REDUCERS,
  ...APPROVAL_REDUCERS,
  ...BUDGET_REDUCERS,
  "task.started": (head, { grants = "declared" }) =>
    grants === "declared" ? head : withGrants(head, grants),
  "grants.changed": (head, { grants }) => withGrants(head, grants),
  "message.received": (head, data, event) => {
    if (data.turn === head.turn.number) return withTurn(head, { repeats: [] });
    const turn = { ...NO_TURN, number: data.turn, open: true, openSeq: event.seq };
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
    ...(data.policyVersion === undefined ? {} : { policyVersion: data.policyVersion }),
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
  "task.parked": (head, data) => ({
    // One that is being cancelled stays so, whatever it waits for.
    ...withStatus(head, head.cancelling ? "cancelling" : data.status, data.reason),
    park: {
      number: head.park.number + 1,
      ...(data.wakeAt === undefined ? {} : { wakeAt: data.wakeAt }),
    },
  }),
  "task.woken": (head) => ({
    // A decision that comes while the task is being cancelled does not bring it back.
    ...withStatus(head, head.cancelling ? "cancelling" : "queued"),
    ...(head.compensation === undefined ? {} : { compensation: dueAgain(head.compensation) }),
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
  "cancel.requested": (before, data) => {
    const { compensation, ...head } = before;
    return {
      ...withStatus({ ...head, cancelling: true }, "cancelling"),
      park: { number: head.park.number },
      ...(data.compensate === true
        ? { compensation: { ...(compensation ?? NOTHING_UNDONE), for: "cancel" } }
        : {}),
    };
  },
  "task.cancelled": (before) => {
    const { compensation: _, ...head } = before;
    return withStatus(
      withTurn({ ...head, operations: [], cancelling: false }, { open: false, repeats: [] }),
      "cancelled",
    );
  },
};

function withGrants(head: TaskHead, grants: readonly NamedGrant[]): TaskHead {
  return { ...head, grants: { count: grants.length, digest: digestOf(grants) } };
}

/** What was blocked is tried again, whoever woke the task. */
function dueAgain(compensation: Compensation): Compensation {
  const { blocked } = compensation;
  return blocked === undefined
    ? compensation
    : { ...compensation, blocked: { ...blocked, retryAt: 0 } };
}

/** Whether the task may still be given work. */
export function isOver(head: TaskHead): boolean {
  return hasEnded(head.status);
}
