// Owns `claim` and `release`: who looks at an open approval now. What a claim is worth is in
// core/approval/claim.ts.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type {
  ClaimInput,
  ClaimResult,
  ReleaseInput,
  ReleaseResult,
} from "../../../contract/approval-claim.ts";
import { advance } from "../../../core/approval/advance.ts";
import type { ApprovalHead } from "../../../core/approval/approval-head.ts";
import { type ClaimJudgement, judgeClaim, judgeRelease } from "../../../core/approval/claim.ts";
import { problem } from "../../../handler/problem.ts";
import { loadHeadNow } from "../approval-state.ts";
import { notFound } from "../problem.ts";
import { record } from "../record.ts";

/** Fails with `approval_claimed` where another person has it, unless it is to be taken over. */
export function claim(ctx: ObjectContext, input: ClaimInput): Promise<ClaimResult> {
  return judged(ctx, (head, now) => judgeClaim(head, input, now));
}

/** Fails with `approval_claimed` where the claim is another person's. */
export function release(ctx: ObjectContext, input: ReleaseInput): Promise<ReleaseResult> {
  return judged(ctx, (head, now) => judgeRelease(head, input, now));
}

async function judged<T extends object>(
  ctx: ObjectContext,
  judge: (head: ApprovalHead, now: number) => ClaimJudgement<T>,
): Promise<T> {
  const { head: stored, now } = await loadHeadNow(ctx);
  if (stored === undefined) throw notFound();
  const due = advance(stored, now).map((notice) => ({ notice }));
  const head = record(ctx, stored, due);
  const { facts, answer } = judge(head, now);
  record(ctx, head, facts);
  if ("code" in answer) throw problem(answer.code, answer.message, answer.details);
  return answer;
}
