// Owns telling an approval that the task does not ask for it any more: its decisions count no more.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { WithdrawInput } from "../../contract/approval.ts";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../contract/approval.ts";
import type { EventData } from "../../contract/event.ts";
import { jsonOf } from "./json-serde.ts";

export function withdrawApproval(
  ctx: ObjectContext,
  { approvalId, reason }: EventData["approval.withdrawn"],
): void {
  ctx.genericSend<WithdrawInput>({
    service: APPROVAL_SERVICE,
    key: approvalId,
    method: "withdraw",
    parameter: { v: APPROVAL_VERSION, reason },
    inputSerde: jsonOf(),
  });
}
