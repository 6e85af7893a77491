// Owns what each thing that happens makes of an approval's head. `open` is the only state that
// is ever left, so an approval is settled once at most.
import type { ApprovalNotice, EditedCall } from "../../contract/approval.ts";
import type { ApprovalHead, Vote } from "./approval-head.ts";

/** A notice as it is recorded: with what the caller sent, which the task is not told. */
export interface Fact {
  readonly notice: ApprovalNotice;
  /** Of a decision, counted or refused: its identity (see `askedOf`). */
  readonly asked?: string;
}

export function fold(head: ApprovalHead, { notice, asked = "" }: Fact): ApprovalHead {
  const next = { ...head, notices: head.notices + 1, updatedAt: notice.at };
  switch (notice.type) {
    case "opened":
      return { ...next, awakeable: { state: "open", id: notice.awakeableId } };
    case "recorded":
      return vote(next, { receipt: notice.receipt, asked }, notice.edited);
    case "decided": {
      const { decision, by, receipt, edited } = notice;
      const state = decision === "approve" ? "approved" : "rejected";
      return close(vote(next, { receipt, asked }, edited), state, { receipt, by });
    }
    case "refused":
      return { ...next, refused: [...head.refused, asked] };
    case "mismatch":
      if (notice.awakeableId !== undefined) return { ...next, awakeable: { state: "awaited" } };
      return { ...next, refused: [...head.refused, asked] };
    case "asked":
      return { ...next, questions: [...head.questions, { receipt: notice.receipt, asked }] };
    case "claimed": {
      const { by, at, until } = notice;
      return { ...next, claim: { by, at, until }, claims: (head.claims ?? 0) + 1 };
    }
    case "released":
      return withoutClaim(next);
    case "reminded":
    case "escalated":
      return { ...next, rungs: notice.rung };
    case "expired":
    case "withdrawn":
    case "stale":
    case "blocked":
      return close(next, notice.type);
  }
}

function withoutClaim(before: ApprovalHead): ApprovalHead {
  const { claim: _, ...head } = before;
  return head;
}

function vote(head: ApprovalHead, cast: Vote, edited: EditedCall | undefined): ApprovalHead {
  if (edited === undefined) return { ...head, votes: [...head.votes, cast] };
  // Who approved something else has not approved this.
  const votes = edited.digest === head.digest ? head.votes : [];
  return { ...head, digest: edited.digest, edits: head.edits + 1, votes: [...votes, cast] };
}

function close(
  open: ApprovalHead,
  state: Exclude<ApprovalHead["state"], "open">,
  settled?: ApprovalHead["settled"],
): ApprovalHead {
  const { timers: _, ...head } = withoutClaim(open);
  return {
    ...head,
    state,
    awakeable: { state: "none" },
    ...(settled === undefined ? {} : { settled }),
  };
}
