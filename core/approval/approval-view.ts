// Owns an approval as people see it. Time that has passed is seen at once, recorded or not.
import type { ApprovalView } from "../../contract/approval-api.ts";
import type {
  ApprovalNotice,
  ApprovalPackage,
  CapturedChange,
  EditedCall,
} from "../../contract/approval.ts";
import { advance } from "./advance.ts";
import type { ApprovalHead } from "./approval-head.ts";
import { decidersOf, excludedFrom } from "./authority.ts";
import { claimAt } from "./claim.ts";
import { fold } from "./fold.ts";
import { approvalsOf } from "./judge.ts";

export interface StoredApproval {
  readonly head: ApprovalHead;
  readonly approval: ApprovalPackage;
  readonly edited: EditedCall | undefined;
  readonly history: readonly ApprovalNotice[];
  /** Seen just now, and not recorded yet. */
  readonly changes: readonly CapturedChange[];
}

export function approvalView(stored: StoredApproval, now: number): ApprovalView {
  const { approval, edited, history } = stored;
  const head = asOf(stored, now);
  const claim = claimAt(head, now);
  const { v: _, rule, requestedAt, ...rest } = approval;
  return {
    approvalId: head.approvalId,
    state: head.state,
    digest: head.digest,
    ...rest,
    ...(edited === undefined ? {} : { edited }),
    deciders: decidersOf(head),
    excluded: excludedFrom(head),
    approvals: approvalsOf(head),
    quorum: rule.quorum,
    receipts: history.flatMap((notice) =>
      notice.type === "recorded" || notice.type === "decided" ? [notice.receipt] : [],
    ),
    questions: history.flatMap((notice) =>
      notice.type === "asked" ? [{ question: notice.question, receipt: notice.receipt }] : [],
    ),
    ...(claim === undefined ? {} : { claim }),
    ...(head.awakeable.state === "open" ? { awakeableId: head.awakeable.id } : {}),
    requestedAt,
    expiresAt: head.expiresAt,
    changes: [
      ...history.flatMap((notice) => (notice.type === "stale" ? notice.changes : [])),
      ...(head.overtaken ?? []),
      ...stored.changes,
    ],
    history,
  };
}

function asOf({ head, changes }: StoredApproval, now: number): ApprovalHead {
  const due = advance(head, now).reduce((each, notice) => fold(each, { notice }), head);
  if (changes.length === 0 || due.state !== "open") return due;
  return fold(due, { notice: { type: "stale", at: due.updatedAt, changes } });
}
