// Owns what cancelling, recovering and waking mean to the task.
import type { CompensationReport, EventBody } from "../../contract/event.ts";
import { settlementOf, unknownOf } from "../control/settlement.ts";
import { isOver } from "../reduce.ts";
import type { TaskHead } from "../task-head.ts";
import { withdrawals } from "./approval.ts";
import { reportOf } from "./compensation.ts";
import { onRetired } from "./end.ts";
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
    ...onWithdrawWaits(head, WHY),
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
export function onRecover(head: TaskHead, cause: string, park: boolean): readonly EventBody[] {
  if (isOver(head)) return [];
  const events: EventBody[] = [];
  if (head.segment.open) {
    events.push({ type: "segment.lost", data: { segment: head.segment.number, cause } });
    const again = head.lostSegments + 1 >= MAX_LOST_SEGMENTS;
    // A turn that ended before the segment was lost has ended.
    const works = head.turn.open || head.cancelling || head.compensation !== undefined;
    if ((park || again) && (works || head.queue !== undefined)) {
      events.push({ type: "task.parked", data: { status: "needs-operator", reason: cause } });
    }
    return events;
  }
  if (!park && isParked(head))
    events.push({ type: "task.woken", reason: cause, data: { from: head.status, by: "recover" } });
  return events;
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
