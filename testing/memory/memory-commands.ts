// Owns the handlers by which commands and wakes change a task in memory, as objects/agent's
// apply.ts and wake.ts do: what core/ makes of them is recorded, and a segment follows if due.
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import type { IncomingMessage } from "../../core/transition/message.ts";
import { onApprovalOpened, onApprovalSettled } from "../../core/transition/approval.ts";
import { onCancel, onTimer, onToolDone } from "../../core/transition/control.ts";
import { onMessage, onStart } from "../../core/transition/message.ts";
import type { MemoryTask } from "./memory-task.ts";
import { sendSegment } from "./run-segment.ts";
import { isSegmentDue } from "../../core/segment-due.ts";

/** The first command of a task, applied at once: nothing is queued before it. */
export function startTask(task: MemoryTask, message: IncomingMessage): void {
  const { head } = task;
  task.record(onStart({ ...head, at: task.clock.now() }));
  task.record(onMessage(task.head, message));
  closeHandler(task);
}

/** A message lets a model call that is in flight end; it is applied once. */
export function applyMessage(task: MemoryTask, message: IncomingMessage): void {
  command(task, "yield", () =>
    findMessage(task.log, message.messageId) === undefined ? onMessage(task.head, message) : [],
  );
}

export function applyCancel(
  task: MemoryTask,
  by: string | undefined,
  reason: string | undefined,
): void {
  command(task, "abort", () => onCancel(task.head, by, reason));
}

export function settleApproval(
  task: MemoryTask,
  operationId: string,
  awakeableId: string,
  payload: string,
): void {
  wake(task, () => onApprovalSettled(task.head, operationId, awakeableId, { text: payload }));
}

export function wakeForTool(task: MemoryTask, operationId: string): void {
  wake(task, () => onToolDone(task.head, operationId));
}

/** What must follow from an event: an awakeable for a proposal, a timer for a park. */
export function followUp(task: MemoryTask, event: TaskEvent): void {
  if (event.type === "approval.requested" || event.type === "approval.mismatch") {
    const { operationId } = event.data;
    const awakeableId = task.nextId("sign");
    wake(task, () => onApprovalOpened(task.head, operationId, awakeableId));
  }
  if (event.type === "task.parked" && event.data.wakeAt !== undefined) {
    const { number } = task.head.park;
    const delay = event.data.wakeAt - task.clock.now();
    void task.clock.sleep(delay).then(() => wake(task, () => onTimer(task.head, number)));
  }
}

export function findMessage(
  log: readonly TaskEvent[],
  messageId: string,
): { readonly turn: number; readonly digest: string } | undefined {
  const event = log.find(
    (each) => each.type === "message.received" && each.data.messageId === messageId,
  );
  return event?.type === "message.received" ? event.data : undefined;
}

function command(
  task: MemoryTask,
  kind: "yield" | "abort",
  eventsOf: () => readonly EventBody[],
): void {
  task.commandsWaiting += 1;
  task.enqueue(() => {
    task.commandsWaiting -= 1;
    task.record(eventsOf());
    closeHandler(task);
  });
  task.interrupt?.(kind);
}

function wake(task: MemoryTask, eventsOf: () => readonly EventBody[]): void {
  task.enqueue(() => {
    const events = eventsOf();
    if (events.length === 0) return;
    task.record(events);
    closeHandler(task);
  });
}

function closeHandler(task: MemoryTask): void {
  if (isSegmentDue(task.head)) sendSegment(task);
}
