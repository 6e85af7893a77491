// Owns what a task that was denied sends so that people may extend the budget: the request to
// `holdfast.approval`, its withdrawal, and the change of the limit that they approved. By sends
// only (L15).
import type { ObjectContext, Serde } from "@restatedev/restate-sdk";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../contract/approval.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { extensionPackage, limitChangeOf } from "../../core/transition/extension.ts";
import { jsonOf } from "../../handler/json-serde.ts";

/** What must follow from an event. `head` is the task's as of this or a later event. */
export function followExtension(ctx: ObjectContext, head: TaskHead, event: TaskEvent): void {
  if (event.type === "extension.requested") {
    send(ctx, APPROVAL_SERVICE, event.data.approvalId, "open", extensionPackage(head, event.data));
  }
  if (event.type === "extension.closed" && event.data.outcome === "withdrawn") {
    const { approvalId, reason = "withdrawn" } = event.data;
    send(ctx, APPROVAL_SERVICE, approvalId, "withdraw", { v: APPROVAL_VERSION, reason });
  }
  const granted = limitChangeOf(head, event);
  if (granted !== undefined) send(ctx, BUDGET_SERVICE, granted.budget, "limit", granted.change);
}

function send(
  ctx: ObjectContext,
  service: string,
  key: string,
  method: string,
  parameter: unknown,
): void {
  const inputSerde: Serde<unknown> = jsonOf();
  ctx.genericSend({ service, key, method, parameter, inputSerde });
}
