// Owns what a task tells an approval: that it does not ask for it any more, so that its decisions
// count no more; and what was found to have changed, which the approval then shows (R37).
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ChangedInput, WithdrawInput } from "../../contract/approval.ts";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../contract/approval.ts";
import type { EventData } from "../../contract/event.ts";
import { jsonOf } from "../../handler/json-serde.ts";

export function withdrawApproval(
  ctx: ObjectContext,
  { approvalId, reason }: Pick<EventData["approval.withdrawn"], "approvalId" | "reason">,
): void {
  send<WithdrawInput>(ctx, approvalId, "withdraw", { v: APPROVAL_VERSION, reason });
}

/** Nothing where the approval itself said so. */
export function tellApproval(
  ctx: ObjectContext,
  { approvalId, changes, found }: EventData["approval.stale"],
): void {
  if (found === undefined) return;
  send<ChangedInput>(ctx, approvalId, "changed", { v: APPROVAL_VERSION, changes });
}

/** Nobody is to decide any more. One that is closed already takes no notice. */
export function followReview(
  ctx: ObjectContext,
  { approvalId, outcome }: EventData["review.closed"],
  reason: string,
): void {
  if (approvalId === undefined) return;
  if (outcome === "withdrawn" || outcome === "blocked")
    withdrawApproval(ctx, { approvalId, reason });
}

function send<T>(ctx: ObjectContext, key: string, method: string, parameter: T): void {
  ctx.genericSend<T>({
    service: APPROVAL_SERVICE,
    key,
    method,
    parameter,
    inputSerde: jsonOf(),
  });
}
