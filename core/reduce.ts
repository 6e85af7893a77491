// Owns how each event changes a task's head. What the head says of a task follows from its
// log; only `segment`, `park.number` and the `issued` mark belong to the shell.
import type { EventType, TaskEvent } from "../contract/event.ts";
import type { NamedGrant } from "../contract/grant.ts";
import { hasEnded } from "../contract/status.ts";
import type { ReducersOf } from "./change-head.ts";
import { withStatus, withTurn } from "./change-head.ts";
import { digestOf } from "./digest.ts";
import { noteArtifacts } from "./note-artifacts.ts";
import { noteUsage } from "./note-usage.ts";
import { operationsOf } from "./operations.ts";
import { APPROVAL_REDUCERS } from "./reduce-approvals.ts";
import { underHold } from "./control/hold.ts";
import { suspectsWith } from "./control/poison.ts";
import { noteSettled } from "./control/settlement.ts";
import { BUDGET_REDUCERS } from "./reduce-budget.ts";
import { ERASURE_REDUCERS } from "./reduce-erasure.ts";
import { EXTENSION_REDUCERS } from "./reduce-extension.ts";
import { CHILD_REDUCERS } from "./reduce-children.ts";
import { CONTROL_REDUCERS, ended } from "./reduce-control.ts";
import { EFFECT_REDUCERS, NOTHING_UNDONE } from "./reduce-effects.ts";
import { REVIEW_REDUCERS } from "./reduce-review.ts";
import { WAIT_REDUCERS } from "./reduce-waits.ts";
import { noteProgress, WATCH_REDUCERS } from "./watch/reduce-watch.ts";
import { countCall, uncountCall } from "./repeated-calls.ts";
import { backgroundOf, hasForeground, isBackground, withNews } from "./wait/background.ts";
import { noteTouched } from "./review/note-touched.ts";
import type { Compensation, OpenOperation, TaskHead } from "./task-head.ts";
import { markRunning, NO_TURN } from "./task-head.ts";
import { withPersons } from "./turn-persons.ts";

/** The head after an event. `segment` and the `issued` mark stay as they are. */
export function reduce(head: TaskHead, event: TaskEvent): TaskHead {
  // A reducer's data belongs to the event's type by construction of the table.
  const step = REDUCERS[event.type] as (
    head: TaskHead,
    data: unknown,
    event: TaskEvent,
  ) => TaskHead;
  const noted = noteUsage(head, step(head, event.data, event), event);
  const next = noteProgress(head, underHold(noteSettled(head, noted, event)), event);
  const touched = noteArtifacts(noteTouched(head, next, event), event);
  return { ...touched, nextSeq: event.seq + 1, hash: event.hash, updatedAt: event.at };
}

const unchanged = (head: TaskHead): TaskHead => head;

const REDUCERS: ReducersOf<EventType> = {
  ...EFFECT_REDUCERS,
  ...APPROVAL_REDUCERS,
  ...BUDGET_REDUCERS,
  ...EXTENSION_REDUCERS,
  ...REVIEW_REDUCERS,
  ...WAIT_REDUCERS,
  ...CHILD_REDUCERS,
  ...CONTROL_REDUCERS,
  ...ERASURE_REDUCERS,
  ...WATCH_REDUCERS,
  "task.started": (head, { grants = "declared" }) =>
    grants === "declared" ? head : withGrants(head, grants),
  "grants.changed": (head, { grants }) => withGrants(head, grants),
  "message.received": (head, data, event) => {
    if (data.turn === head.turn.number) {
      const stops = data.mode === "interrupt" && hasForeground(head);
      const unread = (head.turn.unread ?? 0) + 1;
      const wrote = withPersons(head.turn, data, event);
      const more = { ...wrote, ...(stops ? { interrupted: true as const } : {}) };
      const suspects = suspectsWith(head, { messageId: data.messageId, seq: event.seq });
      return withTurn(withNews(head), { repeats: [], unread, suspects, ...more });
    }
    const { resumed: _, ...rest } = takenFrom(head, data.mode);
    const suspects = [{ messageId: data.messageId, seq: event.seq }];
    const opened = { number: data.turn, open: true, openSeq: event.seq, unread: 1, suspects };
    const openedAt = Math.max(event.at, head.updatedAt);
    const asked = data.asked === undefined ? {} : { asked: data.messageId };
    const turn = { ...NO_TURN, ...opened, openedAt, ...withPersons({}, data, event), ...asked };
    const fresh = { ...rest, turn, lostSegments: 0 };
    return withStatus({ ...fresh, createdAt: Math.min(head.createdAt, event.at) }, "queued");
  },
  "message.refused": unchanged,
  "segment.started": (head, data) => ({ ...markRunning(head), agentVersion: data.agentVersion }),
  "segment.lost": (head, { cause }, event) => ({
    ...head,
    lostSegments: head.lostSegments + 1,
    resumed: { at: event.at, cause, times: (head.resumed?.times ?? 0) + 1 },
  }),
  "model.answered": (head, data, event) => ({
    ...withTurn(heard(head), {
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
    operations: [...backgroundOf(head), ...operationsOf(head, event, data)],
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
  "answer.rejected": (head, data) => {
    // Its calls are not made; what earlier ones have begun in the background goes on.
    const isBefore = (each: OpenOperation): boolean => isBackground(each) && each.step < data.step;
    const dropped = head.operations.filter((each) => !isBefore(each));
    return withTurn(
      { ...head, operations: head.operations.filter(isBefore) },
      {
        unusable: data.inARow,
        room: data.reason === "truncated" ? 2 : 1,
        repeats: dropped.reduce(
          (repeats, each) => uncountCall(repeats, each.tool, each.argumentsDigest),
          head.turn.repeats,
        ),
      },
    );
  },
  "call.refused": unchanged,
  "task.parked": (head, data) => ({
    // One that is being cancelled stays so, whatever it waits for.
    ...withStatus(head, head.cancelling ? "cancelling" : data.status, data.reason),
    park: {
      number: head.park.number + 1,
      ...(data.wakeAt === undefined ? {} : { wakeAt: data.wakeAt }),
    },
  }),
  "task.woken": (head, { by }) => ({
    // A decision that comes while the task is being cancelled does not bring it back.
    ...withStatus(head, head.cancelling ? "cancelling" : "queued"),
    ...(by === "recover" ? { operations: head.operations.map(dueNow) } : {}),
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
  // What was kept for a later turn has none.
  "task.completed": (before) => {
    const { queue: _, ...head } = before;
    return withStatus(head, "completed");
  },
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
  "task.cancelled": (head, { report }) => ended(head, "cancelled", report),
};

/** The model has seen every message up to now. */
function heard(head: TaskHead): TaskHead {
  const { unread: _, interrupted: __, suspects: ___, ...turn } = head.turn;
  return withNews({ ...head, turn });
}

/** A kept message that opens a turn is not kept any more. */
function takenFrom(before: TaskHead, mode: string | undefined): TaskHead {
  const { queue, ...head } = before;
  if (mode !== "queue" || queue === undefined) return before;
  const first = queue.first + 1;
  return first === queue.next ? head : { ...head, queue: { ...queue, first } };
}

function withGrants(head: TaskHead, grants: readonly NamedGrant[]): TaskHead {
  return { ...head, grants: { count: grants.length, digest: digestOf(grants) } };
}

/** Whoever recovers a task knows that the cause may be gone; other wakes have nothing to do with it. */
function dueNow(operation: OpenOperation): OpenOperation {
  const { block } = operation;
  return block === undefined ? operation : { ...operation, block: { ...block, retryAt: 0 } };
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
