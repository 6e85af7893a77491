// Owns what a task tells an approval: that it does not ask for it any more, so that its decisions
// count no more; and what was found to have changed, which the approval then shows (R37).
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ChangedInput, WithdrawInput } from "../../contract/approval.ts";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../contract/approval.ts";
import type { EventData } from "../../contract/event.ts";
import { jsonOf } from "./json-serde.ts";

export function withdrawApproval(
  ctx: ObjectContext,
  { approvalId, reason }: EventData["approval.withdrawn"],
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

function send<T>(ctx: ObjectContext, key: string, method: string, parameter: T): void {
  ctx.genericSend<T>({
    service: APPROVAL_SERVICE,
    key,
    method,
    parameter,
    inputSerde: jsonOf(),
  });
}
