// Owns the handlers by which commands and wakes change a task in memory, as objects/agent's
// apply.ts and wake.ts do: what core/ makes of them is recorded, and a segment follows if due.
import type { CancelInput } from "../../contract/api.ts";
import type { ApprovalWake } from "../../contract/approval.ts";
import type { RetryInput, RollbackInput, SettleInput } from "../../contract/effect-api.ts";
import type { EventBody, EventData, TaskEvent } from "../../contract/event.ts";
import { approvalPackage } from "../../core/approval/approval-package.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import { toolOf } from "../../core/doubt.ts";
import { argumentsIn } from "../../core/proposed-call.ts";
import type { IncomingMessage } from "../../core/transition/message.ts";
import { onApprovalNotice } from "../../core/transition/approval-notice.ts";
import { onBudgetNotice } from "../../core/transition/budget.ts";
import { onExtensionNotice } from "../../core/transition/extension.ts";
import { onReviewNotice } from "../../core/transition/review-notice.ts";
import { onRollback } from "../../core/transition/compensation.ts";
import { onCancel, onTimer, onToolDone } from "../../core/transition/control.ts";
import type { FreshGrants } from "../../core/transition/grants.ts";
import { onOwnGrants } from "../../core/transition/follow.ts";
import { onMessage, onStart } from "../../core/transition/message.ts";
import type { MessageVerdict } from "../../core/transition/quarantined-message.ts";
import {
  findQuarantined,
  onDropMessage,
  onRetryMessage,
} from "../../core/transition/quarantined-message.ts";
import { onRetry } from "../../core/transition/retry.ts";
import { onStated, statementProblem } from "../../core/transition/unknown-effect.ts";
import { evidence } from "./evidence.ts";
import { boundsOf } from "./memory-authority.ts";
import type { MemoryTask } from "./memory-task.ts";
import { followExtension, rest } from "./reserve.ts";
import { followReview } from "./review.ts";
import { sendSegment } from "./run-segment.ts";
import { isSegmentDue } from "../../core/segment-due.ts";

/** The first command of a task, applied at once: nothing is queued before it. */
interface GivenGrants {
  readonly grants: readonly NamedGrant[] | undefined;
  /** Of a child: what its parent may do. */
  readonly within: readonly NamedGrant[] | undefined;
}

export function startTask(
  task: MemoryTask,
  message: IncomingMessage,
  { grants, within }: GivenGrants,
): void {
  const { head, agent } = task;
  const given = grants ?? agent.grants ?? "declared";
  task.record(onStart({ ...head, at: task.clock.now() }, given, within));
  task.record(onMessage(task.head, message));
  closeHandler(task);
}

/** A message lets a model call that is in flight end; it is applied once. */
export function applyMessage(task: MemoryTask, message: IncomingMessage): void {
  command(task, message.mode === "interrupt" ? "abort" : "yield", () =>
    findMessage(task.log, message.messageId) === undefined ? onMessage(task.head, message) : [],
  );
}

/** Commands may lack the reason that callers have to give. */
type Said<Input> = Partial<Input>;

export function applyCancel(task: MemoryTask, { by, reason, compensate }: Said<CancelInput>): void {
  command(task, "abort", () => onCancel(task.head, by, reason, compensate));
}

/** A person's word on an unknown effect, which was let pass already. */
export function applySettle(task: MemoryTask, { result, ...input }: SettleInput): void {
  const stated = result === undefined ? {} : { result: { text: JSON.stringify(result) } };
  command(task, "yield", () => {
    const { head, agent, clock } = task;
    const operation = head.operations.find((each) => each.operationId === input.operationId);
    if (operation === undefined || statementProblem(head, input) !== undefined) return [];
    return onStated(head, { ...input, ...stated }, toolOf(agent, operation), clock.now());
  });
}

export function applyRetry(task: MemoryTask, input: RetryInput): void {
  command(task, "yield", () => onRetry(task.head, task.agent, input));
}

export function applyGrants(task: MemoryTask, fresh: FreshGrants): void {
  command(task, "yield", () => onOwnGrants(task.head, fresh, boundsOf(task.log)));
}

export function applyToMessage(
  task: MemoryTask,
  verdict: MessageVerdict,
  verb: "retry" | "drop",
): void {
  command(task, "yield", () => {
    const { head, log } = task;
    const received = log[findQuarantined(head, verdict.messageId)?.seq ?? -1];
    return verb === "drop" ? onDropMessage(head, verdict) : onRetryMessage(head, verdict, received);
  });
}

export function applyRollback(task: MemoryTask, { by, reason }: RollbackInput): void {
  command(task, "yield", () => onRollback(task.head, by, reason));
}

/** What an approval tells the task. */
export function wakeForApproval(task: MemoryTask, notice: ApprovalWake): void {
  wake(task, () => {
    const { head } = task;
    return (
      onExtensionNotice(head, notice) ??
      onReviewNotice(head, notice) ??
      onApprovalNotice(head, notice)
    );
  });
}

/** There may be room for a reservation that was denied. */
export function wakeForBudget(task: MemoryTask): void {
  wake(task, () => onBudgetNotice(task.head));
}

export function wakeForTool(task: MemoryTask, operationId: string): void {
  wake(task, () => onToolDone(task.head, operationId));
}

/** What must follow from an event: a request for a proposal, a timer for a park. */
export function followUp(task: MemoryTask, event: TaskEvent): void {
  followExtension(task, event);
  followReview(task, event);
  task.noteAudit?.();
  if (event.type === "approval.requested") requestApproval(task, event.data, event.seq);
  if (event.type === "approval.withdrawn")
    task.approvals.withdraw(event.data.approvalId, event.data.reason);
  if (event.type === "task.parked" && event.data.wakeAt !== undefined) {
    const { number } = task.head.park;
    const delay = event.data.wakeAt - task.clock.now();
    void task.clock.sleep(delay).then(() => wake(task, () => onTimer(task.head, number)));
  }
}

function requestApproval(
  task: MemoryTask,
  requested: EventData["approval.requested"],
  seq: number,
): void {
  const { log, head } = task;
  const { answerSeq, approval } =
    head.operations.find((each) => each.operationId === requested.operationId) ?? {};
  const led = evidence(task, seq, answerSeq);
  const given = argumentsIn(log[answerSeq ?? -1], requested.ordinal);
  if (given === undefined) throw new Error(`the log has no call for the request at entry ${seq}`);
  const sources = {
    requested,
    arguments: given,
    events: led,
    stale: log[approval?.staleSeq ?? -1],
  };
  task.approvals.open(requested.approvalId, approvalPackage(head, sources));
}

export function findMessage(
  log: readonly TaskEvent[],
  messageId: string,
): { readonly turn: number | undefined; readonly digest: string } | undefined {
  const received = log.findLast(
    (each) => each.type === "message.received" && each.data.messageId === messageId,
  );
  if (received?.type === "message.received") return received.data;
  const kept = log.find(
    (each) => each.type === "message.queued" && each.data.messageId === messageId,
  );
  if (kept?.type !== "message.queued") return undefined;
  return { turn: undefined, digest: kept.data.digest };
}

export function command(
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

export function wake(task: MemoryTask, eventsOf: () => readonly EventBody[]): void {
  task.enqueue(() => {
    const events = eventsOf();
    if (events.length === 0) return;
    task.record(events);
    closeHandler(task);
  });
}

function closeHandler(task: MemoryTask): void {
  if (isSegmentDue(task.head)) sendSegment(task);
  else rest(task);
}
