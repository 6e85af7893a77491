// Owns what an approval's notice means to the task: each is logged, and most change where the
// call stands (R33, R35, R37, R39, F12, F16). The approval itself has judged who may decide.
import type { ApprovalNotice, ApprovalWake, EditedCall } from "../../contract/approval.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { proposalDigest } from "../proposal.ts";
import type { ApprovalPart } from "../approval/approval-part.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { firstEnd } from "../wait/wait-terms.ts";
import { approvalIdOf, askTool, followsStale, onOvertaken, waitingApproval } from "./approval.ts";
import { operator } from "./unknown-effect.ts";

/** Nothing for a notice of another request than the one that counts, or one that was taken. */
export function onApprovalNotice(head: TaskHead, wake: ApprovalWake): readonly EventBody[] {
  const { operationId, number, notice } = wake;
  const operation = head.operations.find((each) => each.operationId === operationId);
  const approval = operation?.approval;
  if (operation === undefined || approval === undefined) return [];
  if (!operation.state.startsWith("approval-") || number <= approval.notices) return [];
  if (approvalIdOf(operation, approval) !== wake.approvalId) return [];
  return eventsOf(head, { operation, approval, wake }, notice);
}

interface Told {
  readonly operation: OpenOperation;
  readonly approval: ApprovalPart;
  readonly wake: ApprovalWake;
}

function eventsOf(head: TaskHead, told: Told, notice: ApprovalNotice): readonly EventBody[] {
  const place = placeOf(told.wake);
  switch (notice.type) {
    case "opened":
      return onOpened(head, told, notice);
    case "recorded":
      return onRecorded(head, told, notice);
    case "decided":
      return onDecided(head, told, notice);
    case "stale":
      return [...onOvertaken(told.operation, notice.changes), woken(head, "approval")];
    case "expired":
      return [{ type: "approval.expired", data: place }, woken(head, "approval")];
    case "blocked": {
      const data = { ...place, reason: notice.reason };
      return [{ type: "approval.blocked", data }, woken(head, "approval")];
    }
    case "withdrawn": {
      const { operationId, approvalId } = place;
      const data = { operationId, approvalId, reason: notice.reason };
      return [{ type: "approval.withdrawn", data }, woken(head, "approval")];
    }
    case "mismatch": {
      const { reason, by, awakeableId } = notice;
      const spent = awakeableId === undefined ? {} : { awakeableId };
      const data = { ...place, ...spent, reason, ...byOf(by) };
      return [{ type: "approval.mismatch", actor: operator(by), data }];
    }
    case "refused": {
      const { decision, reason, by } = notice;
      const data = { ...place, decision, reason, ...byOf(by) };
      return [{ type: "approval.refused", actor: operator(by), data }];
    }
    case "asked": {
      const { question, receipt } = notice;
      const data = { ...place, question, receipt };
      return [{ type: "approval.asked", actor: operator(receipt.by), data }];
    }
    case "claimed": {
      const { by, until, from } = notice;
      const data = { ...place, by, until, ...(from === undefined ? {} : { from }) };
      return [{ type: "approval.claimed", actor: operator(by), data }];
    }
    case "released": {
      const { by } = notice;
      return [{ type: "approval.released", actor: operator(by), data: { ...place, by } }];
    }
    case "reminded":
      return [{ type: "approval.reminded", data: { ...place, rung: notice.rung } }];
    case "escalated":
      return [{ type: "approval.escalated", data: { ...place, rung: notice.rung, to: notice.to } }];
  }
}

function placeOf({ operationId, approvalId, number }: ApprovalWake) {
  return { operationId, approvalId, number };
}

function byOf(by: string | undefined): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

function woken(head: TaskHead, by: string): EventBody {
  return { type: "task.woken", data: { from: head.status, by } };
}

type NoticeOf<T extends ApprovalNotice["type"]> = Extract<ApprovalNotice, { type: T }>;

/** What is the graver thing to wait for than a call whose request went stale. */
const GRAVER: ReadonlySet<TaskStatus> = new Set([
  "stale",
  "waiting-reconcile",
  "waiting-auth",
  "paused",
]);

function onOpened(
  head: TaskHead,
  { approval, wake }: Told,
  { awakeableId, digest }: NoticeOf<"opened">,
): readonly EventBody[] {
  if (digest !== approval.digest) return disowned(head, wake);
  const opened: EventBody = {
    type: "approval.opened",
    data: { ...placeOf(wake), awakeableId },
  };
  // While there is more to do than to decide, the segment that does it goes first.
  const busy =
    head.cancelling ||
    head.segment.queued ||
    head.operations.some(({ state }) => !state.startsWith("approval-") && state !== "waiting");
  const afterStale = followsStale(approval);
  const said = head.status === "waiting-approval" && !afterStale;
  if (busy || said || GRAVER.has(head.status)) return [opened];
  const wakeAt = firstEnd(head.operations);
  const parked = { ...waitingApproval(afterStale), ...(wakeAt === undefined ? {} : { wakeAt }) };
  return [opened, { type: "task.parked", data: parked }];
}

function onRecorded(
  head: TaskHead,
  { operation, wake }: Told,
  { receipt, approvals, quorum, edited, message }: NoticeOf<"recorded">,
): readonly EventBody[] {
  if (edited !== undefined && !isOurs(head, operation, edited)) return disowned(head, wake);
  const data = {
    ...placeOf(wake),
    receipt,
    approvals,
    quorum,
    ...(edited === undefined ? {} : { edited }),
    ...(message === undefined ? {} : { message }),
  };
  return [{ type: "approval.recorded", actor: operator(receipt.by), data }];
}

function onDecided(
  head: TaskHead,
  { operation, approval, wake }: Told,
  notice: NoticeOf<"decided">,
): readonly EventBody[] {
  const { decision, digest, edited, receipt, via, message } = notice;
  const ours = edited === undefined ? approval.digest : edited.digest;
  const known = edited === undefined || isOurs(head, operation, edited);
  if (digest !== ours || !known) return disowned(head, wake);
  const { by } = receipt;
  const data = {
    ...placeOf(wake),
    digest,
    decision,
    ...byOf(by),
    persons: notice.by,
    receiptId: receipt.receiptId,
    via,
    ...(edited === undefined ? {} : { edited }),
    ...(message === undefined ? {} : { message }),
  };
  return [{ type: "approval.decided", actor: operator(by), data }, woken(head, "decision")];
}

/** Whether an edit is of this very call: its digest is made of it, and of nothing else. */
function isOurs(
  { taskUid }: TaskHead,
  { operationId, tool, toolVersion, effect, approval }: OpenOperation,
  { argumentsDigest, resource, precondition, digest }: EditedCall,
): boolean {
  if (approval === undefined) return false;
  const { agentVersion, policyVersion } = approval;
  const call = { taskUid, operationId, tool, toolVersion, effect, argumentsDigest };
  const target = resource === undefined ? {} : { resource };
  const state = precondition === undefined ? {} : { precondition };
  const all = { ...call, agentVersion, policyVersion, ...target, ...state };
  return proposalDigest(all) === digest;
}

/** The approval speaks of another call than the one that was proposed: it is proposed anew. */
function disowned(head: TaskHead, wake: ApprovalWake): readonly EventBody[] {
  const operation = head.operations.find((each) => each.operationId === wake.operationId);
  const reason = "the approval is of another call than the one that was proposed";
  const data = { ...placeOf(wake), reason };
  return [
    { type: "approval.mismatch", data },
    ...(operation === undefined ? [] : [askTool(operation, reason)]),
    woken(head, "approval"),
  ];
}
