// Owns how the events of approvals change a head: what is proposed, under which request, and how
// far its decision is. The rest of the table is in reduce.ts.
import type { EditedCall } from "../contract/approval.ts";
import type { EventType } from "../contract/event.ts";
import type { ReducersOf } from "./change-head.ts";
import { changeOperation, dropOperation, withStatus } from "./change-head.ts";
import type { ApprovalPart } from "./approval/approval-part.ts";
import type { OpenOperation, TaskHead } from "./task-head.ts";

type ApprovalEvent = "propose.requested" | Extract<EventType, `approval.${string}`>;

export const APPROVAL_REDUCERS: ReducersOf<ApprovalEvent> = {
  "propose.requested": (head, data, event) =>
    changeOperation(head, data.operationId, (before) => {
      const { approval: _, ...each } = before;
      return { ...each, state: "proposing", gated: true, since: event.at };
    }),
  "approval.requested": (head, data, event) =>
    changeOperation(head, data.operationId, ({ staleSeq, ...each }) => ({
      ...each,
      state: "approval-requested",
      gated: true,
      since: event.at,
      toolVersion: data.toolVersion,
      requests: data.request,
      approval: {
        digest: data.digest,
        request: data.request,
        seq: event.seq,
        ...(staleSeq === undefined ? {} : { staleSeq }),
        agentVersion: data.agentVersion,
        policyVersion: data.policyVersion,
        expiresAt: data.expiresAt,
        notices: 0,
      },
    })),
  "approval.opened": (head, data, event) =>
    changeApproval(head, data, (each, approval) => ({
      ...each,
      state: "approval-open",
      since: event.at,
      approval: { ...approval, awakeableId: data.awakeableId },
    })),
  "approval.recorded": (head, data, event) =>
    changeApproval(head, data, (each, approval) => {
      const edited = editedApproval(approval, data.edited, event.seq);
      return { ...each, approval: { ...edited, approvals: data.approvals } };
    }),
  "approval.decided": (head, data, event) =>
    data.decision === "reject"
      ? dropOperation(head, data.operationId)
      : changeApproval(head, data, (each, approval) => {
          const {
            awakeableId: _,
            claim: __,
            ...edited
          } = editedApproval(approval, data.edited, event.seq);
          const allowed = { ...each, approval: edited, state: "ready", since: event.at } as const;
          const { edit } = edited;
          if (edit === undefined) return allowed;
          const { price: _price, ...call } = allowed;
          const { seq, argumentsDigest, price } = edit;
          const cost = price === undefined ? {} : { price };
          return { ...call, answerSeq: seq, argumentsDigest, ...cost };
        }),
  "approval.mismatch": (head, data, event) => {
    const { awakeableId } = data;
    if (awakeableId === undefined) return take(head, data);
    // It is spent, and the next one comes.
    const asked = changeApproval(head, data, (each, before) => {
      const { awakeableId: _, ...approval } = before;
      return { ...each, state: "approval-requested", since: event.at, approval };
    });
    // `waiting-approval` or `stale` is said only while there is an awakeable to decide by.
    const open = asked.operations.some((each) => each.state === "approval-open");
    const said = asked.status === "waiting-approval" || asked.status === "stale";
    return open || !said ? asked : withStatus(asked, "running");
  },
  "approval.refused": (head, data) => take(head, data),
  "approval.asked": (head, data) => take(head, data),
  "approval.claimed": (head, data, { at }) =>
    changeApproval(head, data, (each, approval) => ({
      ...each,
      approval: { ...approval, claim: { by: data.by, at, until: data.until } },
    })),
  "approval.released": (head, data) =>
    changeApproval(head, data, (each, before) => {
      const { claim: _, ...approval } = before;
      return { ...each, approval };
    }),
  "approval.reminded": (head, data) => climb(head, data),
  "approval.escalated": (head, data) => climb(head, data),
  // Followed by what is done about it.
  "approval.stale": (head, data, event) =>
    changeOperation(head, data.operationId, (each) => ({ ...each, staleSeq: event.seq })),
  "approval.expired": (head, data) => dropOperation(head, data.operationId),
  "approval.blocked": (head, data) => dropOperation(head, data.operationId),
  "approval.withdrawn": (head, data) => dropOperation(head, data.operationId),
};

interface Told {
  readonly operationId: string;
  readonly number?: number;
}

/** Takes a notice of the request that counts. */
function changeApproval(
  head: TaskHead,
  { operationId, number }: Told,
  change: (operation: OpenOperation, approval: ApprovalPart) => OpenOperation,
): TaskHead {
  return changeOperation(head, operationId, (each) => {
    const { approval } = each;
    if (approval === undefined) return each;
    return change(each, { ...approval, notices: number ?? approval.notices });
  });
}

/** A notice that is remembered as taken, and changes nothing else. */
function take(head: TaskHead, data: Told): TaskHead {
  return changeApproval(head, data, (each, approval) => ({ ...each, approval }));
}

/** What is decided on is another call from now on, and who approved the one before counts no more. */
function editedApproval(
  approval: ApprovalPart,
  edited: EditedCall | undefined,
  seq: number,
): ApprovalPart {
  if (edited === undefined) return approval;
  const { digest, argumentsDigest, price } = edited;
  const edit = { seq, argumentsDigest, ...(price === undefined ? {} : { price }) };
  return { ...approval, digest, edit };
}

function climb(head: TaskHead, data: Told & { readonly rung: number }): TaskHead {
  return changeApproval(head, data, (each, approval) => ({
    ...each,
    approval: { ...approval, rungs: data.rung },
  }));
}
