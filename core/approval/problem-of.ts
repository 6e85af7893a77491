// Owns what the maker of a decision that did not count is told: a code that stays, words for
// people, and who decided instead (F14, F15, F16).
import type { ApprovalClaim, RefusalReason } from "../../contract/approval.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import { isoTime } from "../../contract/iso-time.ts";
import type { ApprovalHead } from "./approval-head.ts";

export interface ApprovalProblem {
  readonly code: ErrorCode;
  readonly message: string;
  /** For programs: who decided what and when. */
  readonly details?: Readonly<Record<string, string>>;
}

export const MISMATCH: ApprovalProblem = {
  code: "approval_mismatch",
  message:
    "the decision names another digest than the one that is decided on; look at `show` again",
};

/** Another person looks at it. Who takes it over says so. */
export function claimedProblem({ by, until }: ApprovalClaim): ApprovalProblem {
  return {
    code: "approval_claimed",
    message: `${by} has claimed this until ${isoTime(until)}; take it over, or wait`,
    details: { by, until: String(until) },
  };
}

export const EDIT_UNCHECKED: ApprovalProblem = {
  code: "approval_mismatch",
  message: "the approval changed while the new arguments were checked; look at `show` again",
};

export const FOREIGN: ApprovalProblem = {
  code: "approval_foreign",
  message:
    "`holdfast.approval` is served by an app that has other policies and not the agent that asks; give both apps the same policies, or each a Restate server, and decide again",
};

/** `why` is the tool's word: the schema's message. */
export function refusedEdit(why: string): ApprovalProblem {
  return { code: "invalid_edit", message: `the tool does not take these arguments: ${why}` };
}

const REFUSED: Readonly<Record<RefusalReason, string>> = {
  "not-a-decider": "you are not among those who may decide this; `show` names them",
  "own-request":
    "the task's owner and who asked for the call may not decide it; another person must",
  nameless:
    "this takes a decision by `decide` and with a name in `by`; holding the id is not enough",
  policy: "the policy does not allow you this decision",
  "too-many":
    "this was edited, asked about or claimed too often; approve it as it is, or reject it",
};

export function refusedProblem(reason: RefusalReason): ApprovalProblem {
  return { code: "approval_forbidden", message: REFUSED[reason], details: { reason } };
}

/** Why nothing is decided here any more. */
export function closedProblem(head: ApprovalHead): ApprovalProblem {
  switch (head.state) {
    case "expired":
      return { code: "approval_expired", message: "nobody decided in time: the call was denied" };
    case "withdrawn":
      return { code: "approval_withdrawn", message: "the task does not ask for this any more" };
    case "stale":
      return {
        code: "approval_stale",
        message:
          "what was to be approved has changed; `show` has the changes, and the task asks anew",
      };
    case "blocked":
      return {
        code: "approval_blocked",
        message: "the request cannot be decided; `show` says why",
      };
    case "open":
    case "approved":
    case "rejected":
      return decidedProblem(head);
  }
}

function decidedProblem({ state, settled }: ApprovalHead): ApprovalProblem {
  const by = settled?.by.join(", ") ?? "";
  const at = String(settled?.receipt.at ?? 0);
  const digest = settled?.receipt.digest ?? "";
  const receipt = settled?.receipt.receiptId ?? "";
  return {
    code: "approval_decided",
    message: `this call was ${state} by ${by === "" ? "somebody without a name" : by} at ${at} (milliseconds since the epoch)`,
    details: { decision: state, by, at, digest, receipt },
  };
}
