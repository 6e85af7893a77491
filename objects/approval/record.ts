// Owns what follows from what happened to an approval: its state, the notice to the task, and
// the fate of the awakeable, its waiter and the timers. The task is told by sends only (L15).
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ApprovalWake, EditedCall } from "../../contract/approval.ts";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import type { WaiterRequest } from "../../contract/command.ts";
import { COMMAND_VERSION, WAITER_SERVICE } from "../../contract/command.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import type { Fact } from "../../core/approval/fold.ts";
import { fold } from "../../core/approval/fold.ts";
import { editKey, HEAD_KEY, MAX_KEPT_NOTICES, noticeKey } from "./approval-state.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { endTimers } from "./timers.ts";

/** Records the facts, in order, and returns the head as it is then. */
export function record(
  ctx: ObjectContext,
  before: ApprovalHead,
  facts: readonly Fact[],
): ApprovalHead {
  let head = before;
  for (const fact of facts) {
    const { edits } = head;
    head = fold(head, fact);
    const { notice } = fact;
    if (head.notices <= MAX_KEPT_NOTICES) ctx.set(noticeKey(head.notices), notice);
    if (head.edits > edits && "edited" in notice && notice.edited !== undefined) {
      ctx.set<EditedCall>(editKey(head.edits), notice.edited);
    }
    tellTask(ctx, head, fact);
    if (notice.type === "mismatch" && notice.awakeableId !== undefined) sendWaiter(ctx, head);
  }
  if (head === before) return head;
  ctx.set(HEAD_KEY, head);
  endWait(ctx, before, head, facts);
  if (before.state === "open" && head.state !== "open") endTimers(ctx, before);
  return head;
}

/** Asks for an awakeable: the waiter answers with `wake` (L3). */
export function sendWaiter(ctx: ObjectContext, { operationId }: ApprovalHead): void {
  ctx.genericSend<WaiterRequest>({
    service: WAITER_SERVICE,
    method: "wait",
    parameter: { v: 1, agent: APPROVAL_SERVICE, taskId: ctx.key, operationId },
    inputSerde: jsonOf(),
  });
}

function tellTask(ctx: ObjectContext, head: ApprovalHead, { notice }: Fact): void {
  const { operationId, requester } = head;
  const parameter: ApprovalWake = {
    v: COMMAND_VERSION,
    type: "approval",
    approvalId: ctx.key,
    operationId,
    number: head.notices,
    notice,
  };
  ctx.genericSend<ApprovalWake>({
    service: requester.agent,
    method: "wake",
    key: requester.taskId,
    parameter,
    inputSerde: jsonOf(),
  });
}

/** A waiter that nobody needs any more ends, and with it the last open invocation. */
function endWait(
  ctx: ObjectContext,
  before: ApprovalHead,
  head: ApprovalHead,
  facts: readonly Fact[],
): void {
  if (before.awakeable.state !== "open" || head.state === "open") return;
  const { id } = before.awakeable;
  const last = facts.at(-1)?.notice;
  if (last?.type !== "decided") ctx.rejectAwakeable(id, `this approval is ${head.state}`);
  else if (last.via !== "awakeable") ctx.resolveAwakeable(id, last.receipt, jsonOf());
}
