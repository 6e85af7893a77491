// Owns how the events of control change a head: holds, statements, owners, kept messages, and the
// ends that people decide. The rest of the table is in reduce.ts.
import type { EventData } from "../contract/event.ts";
import type { ControlEventData } from "../contract/control-event.ts";
import type { ReducersOf } from "./change-head.ts";
import { dropOperation, withStatus, withTurn } from "./change-head.ts";
import type { HoldSource } from "./control/hold.ts";
import { lifted, withHold } from "./control/hold.ts";
import { withoutMessage, withoutQuarantined } from "./control/poison.ts";
import { digestOf } from "./digest.ts";
import { recordOf } from "./review/note-touched.ts";
import type { TaskHead } from "./task-head.ts";
import { NO_TURN } from "./task-head.ts";

export const CONTROL_REDUCERS: ReducersOf<keyof ControlEventData> = {
  "task.paused": (head, data, event) =>
    withHold(head, { kind: "paused", ...saidIn(event) }, sourceOf(data)),
  "task.quarantined": (head, data, event) =>
    withHold(head, { kind: "quarantined", ...saidIn(event) }, sourceOf(data)),
  "task.resumed": (head, data) => lifted(head, sourceOf(data)),
  "turn.retried": (head, { turn }) => {
    const { openSeq } = head.turn;
    const opened = openSeq === undefined ? {} : { openSeq };
    return withStatus(
      {
        ...head,
        turn: { ...NO_TURN, ...opened, ...recordOf(head.turn), number: turn, open: true },
      },
      "queued",
    );
  },
  // Followed by the result.
  "operation.overridden": (head) => head,
  "call.withdrawn": (head, { operationId }) => dropOperation(head, operationId),
  "owner.changed": (head, { owner, escalation }) => ({
    ...head,
    owner,
    ...(escalation === undefined ? {} : { escalation }),
  }),
  "message.queued": (head, { n }) => ({
    ...head,
    queue: { first: head.queue?.first ?? n, next: n + 1 },
  }),
  "message.quarantined": (head, data) => withoutMessage(head, data),
  "message.retried": (head, { seq }) => withoutQuarantined(head, seq),
  "message.dropped": (head, { seq }) => withoutQuarantined(head, seq),
  "retire.requested": (before) => {
    const { compensation: _, ...head } = before;
    return {
      ...withStatus({ ...head, cancelling: true, ending: "retired" as const }, "cancelling"),
      park: { number: head.park.number },
    };
  },
  "task.retired": (head, { report }) => ({
    ...ended(head, "retired", report),
    // Whatever it was given, it may do nothing any more.
    grants: { count: 0, digest: digestOf([]) },
  }),
  "task.killed": (head, { report }) => ended(head, "killed", report),
};

function sourceOf({ above }: { readonly above?: true }): HoldSource {
  return above === undefined ? "own" : "above";
}

function saidIn(event: {
  readonly at: number;
  readonly reason?: string;
  readonly actor: { readonly id?: string };
}) {
  const { at, reason = "", actor } = event;
  return { at, reason, ...(actor.id === undefined ? {} : { by: actor.id }) };
}

/** Nothing of it is open any more, and what it leaves is said. */
export function ended(
  before: TaskHead,
  status: "cancelled" | "retired" | "killed",
  report: EventData["task.cancelled"]["report"],
): TaskHead {
  const { compensation: _, settling: __, ending: ___, queue: ____, ...head } = before;
  return {
    ...withStatus(
      withTurn({ ...head, operations: [], cancelling: false }, { open: false, repeats: [] }),
      status,
    ),
    park: { number: head.park.number },
    ...(report === undefined ? {} : { settlement: report }),
  };
}
