// Owns the people at the other end of a task's output reviews: what `holdfast.approval` would hold of
// each request, judged by its own rules, and what it tells the task, also twice and too late.
import type { ApprovalNotice, ApprovalPackage, ApprovalWake } from "../../contract/approval.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import { newApproval } from "../../core/approval/approval-head.ts";
import { approvalPackage } from "../../core/approval/approval-package.ts";
import type { Ballot } from "../../core/approval/ballot.ts";
import { fold } from "../../core/approval/fold.ts";
import { judge, judgeEarly } from "../../core/approval/judge.ts";
import { canonicalJson, digestOf } from "../../core/digest.ts";
import { checkedAnswer } from "../../core/review/edited-answer.ts";
import { heldAnswer } from "../../core/review/reviewed-answer.ts";
import { onReviewNotice } from "../../core/transition/review-notice.ts";
import type { CoreTask } from "./core-task.ts";

export const ACTS = [
  "open",
  "approve",
  "reject",
  "edit",
  "ask",
  "approve-another",
  "forge",
  "forge-edit",
  "expire",
  "stale",
  "block",
  "again",
  "nothing",
] as const;
export type Act = (typeof ACTS)[number];

export interface Case {
  head: ApprovalHead;
  readonly approval: ApprovalPackage;
  /** What is decided on: the arguments as a person was shown them. */
  shown: string;
  readonly told: ApprovalWake[];
}

/** One case for each request of the log so far; the last is the one that counts. */
export function openCases(task: CoreTask, cases: Map<string, Case>): void {
  for (const { data } of task.all("review.requested")) {
    if (cases.has(data.approvalId)) continue;
    const event = task.log[data.answerSeq];
    const held = heldAnswer(event);
    if (held === undefined || event === undefined) throw new Error("a request without an answer");
    const given = { text: canonicalJson(held.as) };
    const events = [event];
    const approval = approvalPackage(task.head, { requested: data, arguments: given, events });
    const head = newApproval(data.approvalId, approval);
    cases.set(data.approvalId, { head, approval, shown: given.text, told: [] });
  }
}

/** Something happens at the last request; what it tells is taken in. */
export function act(task: CoreTask, cases: ReadonlyMap<string, Case>, what: Act): void {
  const last = [...cases.values()].at(-1);
  if (last === undefined || what === "nothing") return;
  if (what === "again") {
    const old = last.told[task.log.length % Math.max(last.told.length, 1)];
    if (old !== undefined) task.record(onReviewNotice(task.head, old) ?? []);
    return;
  }
  if (what === "forge" || what === "forge-edit") return forge(task, last, what);
  if (last.head.state !== "open") return;
  const at = task.now;
  if (what === "open") {
    const { digest } = last.head;
    return tell(task, last, { type: "opened", at, awakeableId: `sign_${task.log.length}`, digest });
  }
  if (what === "expire") return tell(task, last, { type: "expired", at });
  if (what === "block") return tell(task, last, { type: "blocked", at, reason: "no evidence" });
  if (what === "stale") return tell(task, last, { type: "stale", at, changes: [] });
  decide(task, last, what);
}

function decide(
  task: CoreTask,
  each: Case,
  what: Extract<Act, "approve" | "reject" | "edit" | "ask" | "approve-another">,
): void {
  const decision = what === "approve-another" ? "approve" : what;
  const digest = what === "approve-another" ? digestOf("another") : each.head.digest;
  const written = { text: `Rewritten ${task.log.length}.` };
  const ballot: Ballot = {
    decision,
    digest,
    by: "ada",
    via: "decide",
    ...(what === "edit" ? { checked: checkedAnswer(each.approval, written, {}) } : {}),
    ...(what === "ask" ? { question: `Why ${task.log.length}?` } : {}),
    ...(what === "reject" ? { message: "Say more." } : {}),
  };
  const verdict = { allowed: true, policyVersion: each.head.policyVersion };
  const { facts } =
    judgeEarly(each.head, ballot, task.now) ?? judge(each.head, ballot, verdict, task.now);
  for (const { notice } of facts) tell(task, each, notice);
}

function tell(task: CoreTask, each: Case, notice: ApprovalNotice): void {
  each.head = fold(each.head, { notice });
  if ("edited" in notice && notice.edited !== undefined && "text" in notice.edited.arguments)
    each.shown = notice.edited.arguments.text;
  const wake = wakeOf(each, notice);
  each.told.push(wake);
  task.record(onReviewNotice(task.head, wake) ?? []);
}

function wakeOf({ head }: Case, notice: ApprovalNotice, number = head.notices): ApprovalWake {
  const { approvalId, operationId } = head;
  return { v: 1, type: "approval", approvalId, operationId, number, notice };
}

/** An approval that nobody has given: of another digest, or with the words of another answer. */
function forge(task: CoreTask, each: Case, what: "forge" | "forge-edit"): void {
  const digest = what === "forge" ? digestOf(what) : each.head.digest;
  const at = task.now;
  const approvalId = each.head.approvalId;
  const receipt = { approvalId, decision: "approve", digest, at, receiptId: digest } as const;
  const { argumentsDigest } = each.approval.call;
  const forged = { arguments: { text: '{"text":"Forged."}' }, argumentsDigest, digest };
  const edited = what === "forge" ? {} : { edited: forged };
  const decided = { type: "decided", decision: "approve", via: "decide", by: ["eve"] } as const;
  const notice = { ...decided, at, digest, receipt, ...edited };
  task.record(onReviewNotice(task.head, wakeOf(each, notice, each.head.notices + 1)) ?? []);
}
