// Owns claims: who looks at an approval now, and until when. A claim is told to everybody and binds
// nobody, since the first decision counts whatever was claimed; who wants it to bind says so by policy.
import type { ApprovalClaim } from "../../contract/approval.ts";
import type {
  ClaimInput,
  ClaimResult,
  ReleaseInput,
  ReleaseResult,
} from "../../contract/approval-claim.ts";
import type { ApprovalHead } from "./approval-head.ts";
import { refusalOf } from "./authority.ts";
import type { Fact } from "./fold.ts";
import {
  type ApprovalProblem,
  claimedProblem,
  closedProblem,
  refusedProblem,
} from "./problem-of.ts";
import { personOf } from "./rule.ts";

/** So many are in a task's log at most. */
const MAX_CLAIMS = 64;

/** What a claim comes to: what is recorded of it, and the answer. */
export interface ClaimJudgement<T> {
  readonly facts: readonly Fact[];
  readonly answer: T | ApprovalProblem;
}

/** The claim that holds, if any. */
export function claimAt({ state, claim }: ApprovalHead, now: number): ApprovalClaim | undefined {
  return state === "open" && claim !== undefined && claim.until > now ? claim : undefined;
}

/** Who else looks at it. */
export function claimedByAnother(
  head: ApprovalHead,
  by: string | undefined,
  now: number,
): { readonly claimedBy?: string } {
  const claim = claimAt(head, now);
  if (claim === undefined || (by !== undefined && isSame(claim.by, by))) return {};
  return { claimedBy: claim.by };
}

/** Whoever may decide may claim. The caller has let `advance` go first. */
export function judgeClaim(
  head: ApprovalHead,
  { by, forMs, takeOver }: ClaimInput,
  now: number,
): ClaimJudgement<ClaimResult> {
  if (head.state !== "open") return refuse(closedProblem(head));
  const reason = refusalOf(head, { by, via: "decide" });
  if (reason !== undefined) return refuse(refusedProblem(reason));
  const at = Math.max(now, head.updatedAt);
  const until = at + forMs;
  const before = claimAt(head, now);
  const isOwn = before !== undefined && isSame(before.by, by);
  // The same again, as by a client that had no answer.
  if (isOwn && before.until - at > forMs / 2)
    return { facts: [], answer: { result: "extended", claim: before } };
  if (before !== undefined && !isOwn && !takeOver) return refuse(claimedProblem(before));
  if ((head.claims ?? 0) >= MAX_CLAIMS) return refuse(refusedProblem("too-many"));
  const from = before === undefined || isOwn ? {} : { from: before.by };
  const result = before === undefined ? "claimed" : isOwn ? "extended" : "taken-over";
  return {
    facts: [{ notice: { type: "claimed", at, by, until, ...from } }],
    answer: { result, claim: { by, at, until } },
  };
}

/** One's own; another's ends by itself, or is taken over. */
export function judgeRelease(
  head: ApprovalHead,
  { by }: ReleaseInput,
  now: number,
): ClaimJudgement<ReleaseResult> {
  const claim = claimAt(head, now);
  if (claim === undefined) return { facts: [], answer: { result: "unclaimed" } };
  if (!isSame(claim.by, by)) return refuse(claimedProblem(claim));
  const at = Math.max(now, head.updatedAt);
  return { facts: [{ notice: { type: "released", at, by } }], answer: { result: "released" } };
}

function refuse(answer: ApprovalProblem): ClaimJudgement<never> {
  return { facts: [], answer };
}

function isSame(one: string, other: string): boolean {
  return personOf(one) === personOf(other);
}
