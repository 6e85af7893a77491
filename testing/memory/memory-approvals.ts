// Owns approvals in memory, as objects/approval keeps them on a server: the same judgement by
// core/approval, timers in virtual time, and awakeables that are only names.
import type { ApprovalPorts, DecideInput, DecideResult } from "../../contract/approval-api.ts";
import type {
  ClaimInput,
  ClaimResult,
  ReleaseInput,
  ReleaseResult,
} from "../../contract/approval-claim.ts";
import type { ApprovalPackage, ApprovalWake, EditedCall } from "../../contract/approval.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import type { CheckAnswer } from "../../contract/port.ts";
import { REVIEW_SERVICE } from "../../contract/review.ts";
import type { ProposeRequest, ProposeResponse } from "../../contract/tool.ts";
import { advance } from "../../core/approval/advance.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import { newApproval } from "../../core/approval/approval-head.ts";
import type { Ballot } from "../../core/approval/ballot.ts";
import { ballotOf } from "../../core/approval/ballot.ts";
import { editCheck } from "../../core/approval/check-edit.ts";
import {
  claimedByAnother,
  type ClaimJudgement,
  judgeClaim,
  judgeRelease,
} from "../../core/approval/claim.ts";
import { checkedExtension } from "../../core/approval/edited-extension.ts";
import type { Fact } from "../../core/approval/fold.ts";
import { fold } from "../../core/approval/fold.ts";
import { isCurrent, readBallot, spend } from "../../core/approval/judge-awakeable.ts";
import type { Judgement } from "../../core/approval/judge.ts";
import { judge, judgeEarly } from "../../core/approval/judge.ts";
import { packageProblem } from "../../core/approval/package-problem.ts";
import { canonicalJson } from "../../core/digest.ts";
import { checkedAnswer } from "../../core/review/edited-answer.ts";
import { taskProblem } from "../task-problem.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface MemoryApprovalsOptions {
  readonly clock: VirtualClock;
  readonly ports: Pick<ApprovalPorts, "mayDecide" | "evidenceProblem">;
  readonly propose: (request: ProposeRequest) => Promise<ProposeResponse>;
  readonly checkAnswer: CheckAnswer;
  readonly tell: (wake: ApprovalWake) => void;
  readonly nextAwakeableId: () => string;
  readonly onBroken: (error: unknown) => void;
}

export interface MemoryApprovals {
  open(approvalId: string, approval: ApprovalPackage): void;
  withdraw(approvalId: string, reason: string): void;
  /** Resolves when it was judged; what does not count is silent, as at Restate's ingress. */
  resolve(awakeableId: string, payload: string): Promise<void>;
  /** Rejects with the code that a caller of the ingress sees. */
  decide(approvalId: string, input: DecideInput): Promise<DecideResult>;
  claim(approvalId: string, input: ClaimInput): Promise<ClaimResult>;
  release(approvalId: string, input: ReleaseInput): Promise<ReleaseResult>;
}

interface Kept {
  readonly approval: ApprovalPackage;
  head: ApprovalHead;
  edited: EditedCall | undefined;
}

export function createMemoryApprovals(options: MemoryApprovalsOptions): MemoryApprovals {
  const approvals = new Map<string, Kept>();
  const inTurn = turns(options.clock);
  const later = (run: () => Promise<void> | void): void => {
    inTurn(async () => run()).catch(options.onBroken);
  };
  return {
    open: (approvalId, approval) =>
      later(async () => {
        const head = newApproval(approvalId, approval);
        const kept: Kept = { approval, head, edited: undefined };
        approvals.set(approvalId, kept);
        await open(options, kept, (due) => later(() => passTime(options, kept, due)));
      }),
    withdraw: (approvalId, reason) =>
      later(() => {
        const kept = approvals.get(approvalId);
        if (kept?.head.state !== "open") return;
        record(options, kept, [{ notice: { type: "withdrawn", at: now(options, kept), reason } }]);
      }),
    resolve: (awakeableId, payload) =>
      inTurn(async () => {
        const kept = [...approvals.values()].find(({ head }) => isCurrent(head, awakeableId));
        if (kept !== undefined) await resolve(options, kept, awakeableId, payload);
      }),
    decide: (approvalId, input) =>
      inTurn(async () => decide(options, found(approvals, approvalId), input)),
    claim: (approvalId, input) =>
      inTurn(async () =>
        claim(options, found(approvals, approvalId), (head, at) => judgeClaim(head, input, at)),
      ),
    release: (approvalId, input) =>
      inTurn(async () =>
        claim(options, found(approvals, approvalId), (head, at) => judgeRelease(head, input, at)),
      ),
  };
}

function found(approvals: ReadonlyMap<string, Kept>, approvalId: string): Kept {
  const kept = approvals.get(approvalId);
  if (kept !== undefined) return kept;
  throw taskProblem("approval_not_found", "there is no approval with this id");
}

/** Claims it, or gives it back. */
function claim<T extends object>(
  options: MemoryApprovalsOptions,
  kept: Kept,
  judgeIt: (head: ApprovalHead, now: number) => ClaimJudgement<T>,
): T {
  passTime(options, kept);
  const { facts, answer } = judgeIt(kept.head, options.clock.now());
  record(options, kept, facts);
  if ("code" in answer) throw taskProblem(answer.code, answer.message);
  return answer;
}

type Due = Parameters<typeof advance>[2];

function now({ clock }: MemoryApprovalsOptions, { head }: Kept): number {
  return Math.max(clock.now(), head.updatedAt);
}

async function open(
  options: MemoryApprovalsOptions,
  kept: Kept,
  tick: (due: Due) => void,
): Promise<void> {
  const { clock, ports } = options;
  const { approval, head } = kept;
  const { approvalId, rule, requestedAt, expiresAt } = head;
  const reason = packageProblem(approvalId, approval) ?? (await ports.evidenceProblem(approval));
  if (reason !== undefined) {
    record(options, kept, [{ notice: { type: "blocked", at: head.updatedAt, reason } }]);
    return;
  }
  const tickAt = (at: number, due: Due): void =>
    void clock.sleep(at - clock.now()).then(() => tick(due));
  rule.escalation.forEach(({ afterMs }, rung) => tickAt(requestedAt + afterMs, { rung }));
  tickAt(expiresAt, "expiry");
  record(options, kept, []);
}

/** Tells the task, and sees to it that an open approval has an awakeable. */
function record(options: MemoryApprovalsOptions, kept: Kept, facts: readonly Fact[]): void {
  for (const fact of facts) {
    kept.head = fold(kept.head, fact);
    const { notice } = fact;
    if ("edited" in notice && notice.edited !== undefined) kept.edited = notice.edited;
    const { approvalId, operationId, notices: number } = kept.head;
    options.tell({ v: 1, type: "approval", approvalId, operationId, number, notice });
  }
  const { state, awakeable, digest } = kept.head;
  if (state !== "open" || awakeable.state !== "awaited") return;
  const awakeableId = options.nextAwakeableId();
  const at = now(options, kept);
  record(options, kept, [{ notice: { type: "opened", at, awakeableId, digest } }]);
}

function passTime(options: MemoryApprovalsOptions, kept: Kept, due?: Due): void {
  const notices = advance(kept.head, options.clock.now(), due);
  record(
    options,
    kept,
    notices.map((notice) => ({ notice })),
  );
}

async function resolve(
  options: MemoryApprovalsOptions,
  kept: Kept,
  awakeableId: string,
  text: string,
): Promise<void> {
  passTime(options, kept);
  if (!isCurrent(kept.head, awakeableId)) return;
  const ballot = readBallot({ text });
  const judgement = typeof ballot === "string" ? ballot : await judgementOf(options, kept, ballot);
  record(options, kept, spend(awakeableId, judgement, now(options, kept)));
}

async function decide(
  options: MemoryApprovalsOptions,
  kept: Kept,
  input: DecideInput,
): Promise<DecideResult> {
  passTime(options, kept);
  const ballot = await checkedBallot(options, kept, input);
  const { facts, answer } = await judgementOf(options, kept, ballot);
  record(options, kept, facts);
  if ("code" in answer) throw taskProblem(answer.code, answer.message);
  return answer;
}

async function judgementOf(
  { clock, ports }: MemoryApprovalsOptions,
  { head, approval, edited: before }: Kept,
  ballot: Ballot,
): Promise<Judgement> {
  const early = judgeEarly(head, ballot, clock.now());
  if (early !== undefined) return early;
  const { checked, decision, by } = ballot;
  const edited = checked !== undefined && "call" in checked ? checked.call : before;
  const verdict = await ports.mayDecide({
    decision,
    approval,
    ...(by === undefined ? {} : { by }),
    ...(edited === undefined ? {} : { edited }),
    ...claimedByAnother(head, by, clock.now()),
  });
  return judge(head, ballot, verdict, clock.now());
}

/** An edit is checked with the tool, where it would count. */
async function checkedBallot(
  { clock, propose, checkAnswer }: MemoryApprovalsOptions,
  { head, approval }: Kept,
  input: DecideInput,
): Promise<Ballot> {
  const ballot = ballotOf(input, "decide");
  if (input.decision !== "edit") return ballot;
  if (judgeEarly(head, ballot, clock.now()) !== undefined) return ballot;
  if (approval.call.tool === REVIEW_SERVICE) {
    const said = await checkAnswer(input.arguments);
    return { ...ballot, checked: checkedAnswer(approval, input.arguments, said) };
  }
  if (approval.call.tool === BUDGET_SERVICE)
    return { ...ballot, checked: checkedExtension(approval, input.arguments) };
  const { agent, taskId, taskUid } = approval.requester;
  const kept = { text: canonicalJson(input.arguments) };
  const request = { v: 1, agent, taskId, taskUid, tool: approval.call.tool } as const;
  const answer = await propose({ ...request, arguments: kept });
  return { ...ballot, checked: editCheck(approval, kept, answer) };
}

/** One after the other, while time stands still. */
function turns(clock: VirtualClock): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const next = last.then(() => clock.work(run));
    last = next.catch(() => undefined);
    return next;
  };
}
