// Owns what an approval tells a task in the tests of the core: each notice with the next number, as
// `holdfast.approval` sends it.
import type { ApprovalNotice, ApprovalReceipt, EditedCall } from "../../contract/approval.ts";
import { digestOf } from "../../core/digest.ts";
import { proposalDigest } from "../../core/proposal.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import { approvalIdOf } from "../../core/transition/approval.ts";
import { onApprovalNotice } from "../../core/transition/approval-notice.ts";
import type { CoreTask } from "./core-task.ts";

/** Without the time, which is the task's. */
export type Notice = ApprovalNotice extends infer N
  ? N extends ApprovalNotice
    ? Omit<N, "at">
    : never
  : never;

export interface Wrong {
  readonly approvalId?: string;
  readonly number?: number;
}

/** Tells the task; a notice of an operation that has no request is of nothing it knows. */
export function tell(
  task: CoreTask,
  operation: OpenOperation,
  notice: Notice,
  wrong: Wrong = {},
): void {
  const { operationId, approval } = operation;
  const events = onApprovalNotice(task.head, {
    v: 1,
    type: "approval",
    approvalId: approval === undefined ? "none" : approvalIdOf(operation, approval),
    operationId,
    number: (approval?.notices ?? 0) + 1,
    notice: { ...notice, at: task.now },
    ...wrong,
  });
  task.record(events);
}

export function opened({ approval }: OpenOperation, awakeableId: string): Notice {
  return { type: "opened", awakeableId, digest: approval?.digest ?? "" };
}

/** A decision that counts, of the call as it was proposed. */
export function decided(
  operation: OpenOperation,
  decision: "approve" | "reject",
  {
    by,
    ...more
  }: { readonly by?: string; readonly message?: string; readonly digest?: string } = {},
): Extract<Notice, { type: "decided" }> {
  const digest = operation.approval?.digest ?? "";
  const receipt = receiptOf(decision, digest, by);
  const names = by === undefined ? [] : [by];
  return { type: "decided", decision, digest, by: names, receipt, via: "decide", ...more };
}

/** Other arguments for a call, with the digest that it has with them. */
export function edited(
  { taskUid }: CoreTask["head"],
  operation: OpenOperation,
  given: unknown,
): EditedCall {
  const { operationId, tool, toolVersion, effect, approval } = operation;
  const { agentVersion = "", policyVersion = "" } = approval ?? {};
  const argumentsDigest = digestOf(given);
  const call = { taskUid, operationId, tool, toolVersion, effect, argumentsDigest };
  const digest = proposalDigest({ ...call, agentVersion, policyVersion });
  return { arguments: { text: JSON.stringify(given) }, argumentsDigest, digest };
}

export function receiptOf(
  decision: ApprovalReceipt["decision"],
  digest: string,
  by?: string,
): ApprovalReceipt {
  const whose = by === undefined ? {} : { by };
  return { approvalId: "a", decision, digest, ...whose, at: 1, receiptId: digestOf(digest) };
}
