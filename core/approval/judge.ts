// Owns the judgement of one decision: which of them counts, what it changes, and what its maker
// is told. Time and the policy's word are given; whoever calls has let `advance` go first.
import type { DecideResult, DecideVerdict } from "../../contract/approval-api.ts";
import type {
  ApprovalNotice,
  CapturedChange,
  EditedCall,
  RefusalReason,
} from "../../contract/approval.ts";
import type { ApprovalHead, Vote } from "./approval-head.ts";
import { refusalOf } from "./authority.ts";
import type { Ballot } from "./ballot.ts";
import { askedOf, receiptOf } from "./ballot.ts";
import { claimedByAnother } from "./claim.ts";
import type { Fact } from "./fold.ts";
import { fold } from "./fold.ts";
import type { ApprovalProblem } from "./problem-of.ts";
import {
  closedProblem,
  EDIT_UNCHECKED,
  FOREIGN,
  MISMATCH,
  refusedProblem,
  refusedEdit,
} from "./problem-of.ts";
import { personOf } from "./rule.ts";

/** What a decision comes to: what is recorded of it, and the answer. */
export interface Judgement {
  readonly facts: readonly Fact[];
  readonly answer: DecideResult | ApprovalProblem;
}

const MAX_EDITS = 32;
const MAX_QUESTIONS = 32;
const MAX_REFUSED = 64;

/** The judgement that needs no policy: a repetition or a refusal. Undefined when it goes on. */
export function judgeEarly(head: ApprovalHead, ballot: Ballot, now: number): Judgement | undefined {
  const again = repeated(head, ballot);
  if (again !== undefined) {
    return {
      facts: [],
      answer: resultOf(head, again, ballot.decision === "ask" ? "asked" : undefined),
    };
  }
  if (head.state !== "open") return { facts: [], answer: closedProblem(head) };
  const at = Math.max(now, head.updatedAt);
  const reason = refusalOf(head, ballot) ?? tooMany(head, ballot);
  if (reason !== undefined) return refuse(head, ballot, reason, at);
  if (ballot.digest !== head.digest) {
    const notice = { type: "mismatch", at, reason: "the decision names another digest" } as const;
    return once(head, ballot, { ...notice, ...byOf(ballot) }, MISMATCH);
  }
  return undefined;
}

/** The judgement of a decision that `judgeEarly` let through. */
export function judge(
  head: ApprovalHead,
  ballot: Ballot,
  verdict: DecideVerdict,
  now: number,
): Judgement {
  const at = Math.max(now, head.updatedAt);
  // Whoever has not made the policy must not judge by its own, and not send the task in circles.
  if (verdict.foreign === true) return { facts: [], answer: FOREIGN };
  const { policyVersion } = verdict;
  if (policyVersion !== head.policyVersion) {
    // What it was proposed under is no more: it has to be proposed anew (R96).
    const captured = head.policyVersion;
    return overtaken(head, [{ what: "policy-version", captured, now: policyVersion }], at);
  }
  if (!verdict.allowed) return refuse(head, ballot, "policy", at);
  const { decision, checked } = ballot;
  if (decision === "ask") return ask(head, ballot, at);
  if (decision !== "edit") return count(head, ballot, undefined, at);
  if (checked === undefined) return { facts: [], answer: EDIT_UNCHECKED };
  if ("refused" in checked) return { facts: [], answer: refusedEdit(checked.refused) };
  if ("changes" in checked) return overtaken(head, checked.changes, at);
  return count(head, ballot, checked.call, at);
}

function overtaken(head: ApprovalHead, changes: readonly CapturedChange[], at: number): Judgement {
  const fact: Fact = { notice: { type: "stale", at, changes } };
  return { facts: [fact], answer: closedProblem(fold(head, fact)) };
}

function ask(head: ApprovalHead, ballot: Ballot, at: number): Judgement {
  const receipt = receiptOf(head.approvalId, ballot, ballot.digest, at);
  const asked = askedOf(ballot);
  const notice = { type: "asked", at, question: ballot.question ?? "", receipt } as const;
  return { facts: [{ notice, asked }], answer: resultOf(head, { receipt, asked }, "asked") };
}

function count(
  head: ApprovalHead,
  ballot: Ballot,
  edited: EditedCall | undefined,
  at: number,
): Judgement {
  const { decision, message, via } = ballot;
  const digest = edited?.digest ?? head.digest;
  const receipt = receiptOf(head.approvalId, ballot, digest, at);
  const votes = digest === head.digest ? head.votes : [];
  const by = decision === "reject" ? namesOf([{ receipt }]) : namesOf([...votes, { receipt }]);
  // Without a name only one is needed.
  const approvals = Math.max(by.length, 1);
  const { quorum } = head.rule;
  const more = {
    ...(edited === undefined ? {} : { edited }),
    ...(message === undefined ? {} : { message }),
  };
  const notice: ApprovalNotice =
    decision === "reject"
      ? { type: "decided", at, decision, digest, by, receipt, ...more, via }
      : approvals >= quorum
        ? { type: "decided", at, decision: "approve", digest, by, receipt, ...more, via }
        : { type: "recorded", at, receipt, approvals, quorum, ...more };
  const fact: Fact = { notice, asked: askedOf(ballot) };
  const after = fold(head, fact);
  const answer = resultOf(after, { receipt, asked: "" });
  return { facts: [fact], answer: { ...answer, ...claimedByAnother(head, ballot.by, at) } };
}

/** One name per person. */
function namesOf(votes: readonly Pick<Vote, "receipt">[]): readonly string[] {
  const persons = new Map<string, string>();
  for (const { by } of votes.map(({ receipt }) => receipt)) {
    if (by !== undefined && !persons.has(personOf(by))) persons.set(personOf(by), by);
  }
  return [...persons.values()];
}

/** The same decision that this person made before, where it still stands. */
function repeated(head: ApprovalHead, ballot: Ballot): Vote | undefined {
  const asked = askedOf(ballot);
  const same = (vote: Vote): boolean => vote.asked === asked;
  if (head.state === "open") return head.votes.find(same) ?? head.questions.find(same);
  if (head.state === "approved") return head.votes.find(same);
  if (head.state === "rejected") {
    return head.votes.find((vote) => same(vote) && vote.receipt.decision === "reject");
  }
  return undefined;
}

function tooMany(head: ApprovalHead, { decision }: Ballot): RefusalReason | undefined {
  if (decision === "edit" && head.edits >= MAX_EDITS) return "too-many";
  return decision === "ask" && head.questions.length >= MAX_QUESTIONS ? "too-many" : undefined;
}

function refuse(head: ApprovalHead, ballot: Ballot, reason: RefusalReason, at: number): Judgement {
  const { decision } = ballot;
  const notice = { type: "refused", at, decision, reason, ...byOf(ballot) } as const;
  return once(head, ballot, notice, refusedProblem(reason));
}

/** Recorded the first time only: whoever repeats it is answered, and fills no log. */
function once(
  head: ApprovalHead,
  ballot: Ballot,
  notice: ApprovalNotice,
  answer: ApprovalProblem,
): Judgement {
  const asked = askedOf(ballot);
  const known = head.refused.includes(asked) || head.refused.length >= MAX_REFUSED;
  return { facts: known ? [] : [{ notice, asked }], answer };
}

function byOf({ by }: Ballot): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

function resultOf(
  head: ApprovalHead,
  { receipt }: Vote,
  result: DecideResult["result"] = head.state === "open" ? "recorded" : "settled",
): DecideResult {
  return {
    result,
    state: head.state,
    receipt,
    approvals: approvalsOf(head),
    quorum: head.rule.quorum,
  };
}

/** How many persons have approved what is decided on now; without a name, one. */
export function approvalsOf({ votes }: ApprovalHead): number {
  const approved = votes.filter(({ receipt }) => receipt.decision !== "reject");
  return Math.max(namesOf(approved).length, Math.min(approved.length, 1));
}
