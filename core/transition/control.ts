// Owns what cancelling, recovering and waking mean to the task.
import type { CompensationReport, EventBody } from "../../contract/event.ts";
import type { Tries } from "../control/poison.ts";
import { isPoison, suspectOf } from "../control/poison.ts";
import { settlementOf, unknownOf } from "../control/settlement.ts";
import { isOver } from "../reduce.ts";
import type { TaskHead } from "../task-head.ts";
import { withdrawals } from "./approval.ts";
import { leaveChildren } from "./leave-child.ts";
import { reportOf } from "./compensation.ts";
import { onRetired } from "./end.ts";
import { onPoison } from "./quarantined-message.ts";
import { operator } from "./unknown-effect.ts";
import { withdrawReview } from "./withdraw-review.ts";
import { onWithdrawWaits } from "./withdraw-waits.ts";

/** Lost segments in a row, without a step in between, after which an operator is asked (L5). */
const MAX_LOST_SEGMENTS = 3;

/** Asked for again without undoing, what is left stays as it is. */
export function onCancel(
  head: TaskHead,
  by: string | undefined,
  reason: string | undefined,
  // Whoever has frozen the effects has to ask for more of them.
  compensate = head.hold?.kind !== "quarantined",
): readonly EventBody[] {
  if (isOver(head) || (head.cancelling && !stopsUndoing(head, compensate))) return [];
  return [
    {
      type: "cancel.requested",
      actor: { kind: "operator", ...(by === undefined ? {} : { id: by }) },
      ...(reason === undefined ? {} : { reason }),
      data: { from: head.status, compensate },
    },
    ...withdrawals(head, WHY),
    ...withdrawReview(head, WHY),
    // Each as the task itself: what it has done is undone, or stays.
    ...leaveChildren(head, "cancel", compensate),
    ...onWithdrawWaits({ ...head, children: [] }, WHY),
  ];
}

const WHY = "the task is cancelled";

/** Whether a cancellation changes one that is under way. */
export function stopsUndoing({ cancelling, compensation }: TaskHead, compensate: boolean): boolean {
  return cancelling && compensation !== undefined && !compensate;
}

/** After every operation is settled: which effects are not known is part of the record. */
export function onCancelled(head: TaskHead): readonly EventBody[] {
  if (head.ending === "retired") return [onRetired(head)];
  const unknown = unknownOf(head);
  const { compensation } = head;
  const told =
    compensation === undefined || isEmpty(compensation)
      ? {}
      : { compensation: reportOf(compensation) };
  return [{ type: "task.cancelled", data: { unknown, ...told, report: settlementOf(head) } }];
}

function isEmpty({ undone, committed, unknown }: CompensationReport): boolean {
  return undone + committed + unknown === 0;
}

/**
 * Runs as an exclusive handler, so no segment is running: one that is open was lost. Safe to
 * ask for at any time, also when nothing is wrong.
 */
export function onRecover(
  head: TaskHead,
  cause: string,
  park: boolean,
  { by, ...tries }: Tries & { readonly by?: string | undefined } = {},
): readonly EventBody[] {
  const events = recovered(head, cause, park, tries);
  // Else a supervisor has found it, or the next handler.
  if (by === undefined) return events;
  return events.map((each) => ({ ...each, actor: operator(by), reason: cause }));
}

function recovered(
  head: TaskHead,
  cause: string,
  park: boolean,
  tries: Tries,
): readonly EventBody[] {
  if (isOver(head)) return [];
  if (head.segment.open) {
    const data = { segment: head.segment.number, cause };
    return [{ type: "segment.lost", data }, ...afterLoss(head, cause, park, tries)];
  }
  // A command that came before has recorded the loss.
  const told = { ...head, lostSegments: Math.max(head.lostSegments - 1, 0) };
  const suspect = tries.attempts === undefined ? undefined : suspectOf(head);
  if (suspect !== undefined && head.lostSegments > 0 && isPoison(told, tries))
    return onPoison(told, suspect, tries, cause);
  const events: EventBody[] = [];
  if (!park && isParked(head))
    events.push({ type: "task.woken", reason: cause, data: { from: head.status, by: "recover" } });
  return events;
}

/** A message that was just taken in is put aside; for whatever else it is an operator is asked. */
function afterLoss(
  head: TaskHead,
  cause: string,
  park: boolean,
  tries: Tries,
): readonly EventBody[] {
  // Parked without attempts, the segment itself is at fault, and not what it works on.
  const suspect = park && tries.attempts === undefined ? undefined : suspectOf(head);
  if (suspect !== undefined && isPoison(head, tries)) return onPoison(head, suspect, tries, cause);
  const again = suspect === undefined && head.lostSegments + 1 >= MAX_LOST_SEGMENTS;
  // A turn that ended before the segment was lost has ended.
  const works = head.turn.open || head.cancelling || head.compensation !== undefined;
  if (!(park || again) || !(works || head.queue !== undefined)) return [];
  return [{ type: "task.parked", data: { status: "needs-operator", reason: cause } }];
}

export function onTimer(head: TaskHead, park: number): readonly EventBody[] {
  if (head.park.number !== park || !isParked(head)) return [];
  return [{ type: "task.woken", data: { from: head.status, by: "timer" } }];
}

export function onToolDone(head: TaskHead, id: string): readonly EventBody[] {
  const waits =
    head.compensation === undefined
      ? (WAITS_FOR_TOOLS.has(head.status) || head.hold?.from === "waiting-tool") &&
        head.operations.some((each) => each.operationId === id)
      : head.park.wakeAt !== undefined;
  if (!waits) return [];
  return [{ type: "task.woken", data: { from: head.status, by: "tool" } }];
}

const WAITS_FOR_TOOLS: ReadonlySet<string> = new Set(["waiting-tool", "waiting-reconcile"]);

/** Whether the task waits for something that a new segment looks after. */
function isParked({ status, park }: TaskHead): boolean {
  return park.wakeAt !== undefined || status === "needs-operator";
}
