// Owns `judge`: the exclusive handler through which every decision comes, so that somebody is
// first; and the policy's word on it.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  ApprovalPorts,
  DecideQuestion,
  DecideResult,
  DecideVerdict,
} from "../../contract/approval-api.ts";
import type { APPROVAL_VERSION, ApprovalPackage } from "../../contract/approval.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import { claimedByAnother } from "../../core/approval/claim.ts";
import { advance } from "../../core/approval/advance.ts";
import type { Ballot } from "../../core/approval/ballot.ts";
import type { Judgement } from "../../core/approval/judge.ts";
import { judge, judgeEarly } from "../../core/approval/judge.ts";
import type { ApprovalProblem } from "../../core/approval/problem-of.ts";
import { fetchPackage, loadHeadNow, readEdit } from "./approval-state.ts";
import { mustPass, POLICY_RETRY } from "./port-call.ts";
import { notFound } from "./problem.ts";
import { record } from "./record.ts";

/** Input of `judge`. */
export interface JudgeInput {
  readonly v: typeof APPROVAL_VERSION;
  readonly ballot: Ballot;
}

/** Refusals are values, so that what is recorded of them is certainly kept. */
export type JudgeAnswer = DecideResult | ApprovalProblem;

export async function judgeBallot(
  ctx: ObjectContext,
  ports: ApprovalPorts,
  { ballot }: JudgeInput,
): Promise<JudgeAnswer> {
  const approval = fetchPackage(ctx);
  const { head: stored, now } = await loadHeadNow(ctx);
  if (stored === undefined) throw notFound();
  // Whatever time has done comes before a decision that is later than it (F12).
  const head = record(
    ctx,
    stored,
    advance(stored, now).map((notice) => ({ notice })),
  );
  const { facts, answer } = await judgementOf(ctx, ports, { head, approval, now }, ballot);
  record(ctx, head, facts);
  return answer;
}

/** The approval as it is, once time has done what is due. */
export interface Judged {
  readonly head: ApprovalHead;
  readonly approval: () => Promise<ApprovalPackage>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export async function judgementOf(
  ctx: ObjectContext | ObjectSharedContext,
  ports: ApprovalPorts,
  judged: Judged,
  ballot: Ballot,
): Promise<Judgement> {
  const { head, now } = judged;
  const early = judgeEarly(head, ballot, now);
  if (early !== undefined) return early;
  return judge(head, ballot, await askPolicy(ctx, ports, judged, ballot), now);
}

async function askPolicy(
  ctx: ObjectContext | ObjectSharedContext,
  { mayDecide }: ApprovalPorts,
  { head, approval: readApproval, now }: Judged,
  { decision, by, checked }: Ballot,
): Promise<DecideVerdict> {
  const approval = await readApproval();
  const edited =
    checked !== undefined && "call" in checked ? checked.call : await readEdit(ctx, head);
  const question: DecideQuestion = {
    decision,
    ...(by === undefined ? {} : { by }),
    approval,
    ...(edited === undefined ? {} : { edited }),
    ...claimedByAnother(head, by, now),
  };
  try {
    return await ctx.run("policy", () => mayDecide(question), POLICY_RETRY);
  } catch (error) {
    if (mustPass(error)) throw error;
    // A policy that cannot be asked denies (R48).
    return { allowed: false, policyVersion: head.policyVersion };
  }
}
