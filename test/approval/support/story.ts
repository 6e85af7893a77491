// Owns an approval without a server: core/approval driven as objects/approval drives it, with
// everything that happened kept for the test to judge.
import type { DecideResult, DecideVerdict } from "../../../contract/approval-api.ts";
import type { ClaimInput, ClaimResult, ReleaseResult } from "../../../contract/approval-claim.ts";
import type {
  ApprovalNotice,
  ApprovalPackage,
  ApprovalTick,
  CapturedChange,
} from "../../../contract/approval.ts";
import { advance } from "../../../core/approval/advance.ts";
import type { ApprovalHead } from "../../../core/approval/approval-head.ts";
import { newApproval } from "../../../core/approval/approval-head.ts";
import type { Ballot } from "../../../core/approval/ballot.ts";
import { judgeClaim, judgeRelease } from "../../../core/approval/claim.ts";
import type { Fact } from "../../../core/approval/fold.ts";
import { fold } from "../../../core/approval/fold.ts";
import { judge, judgeEarly } from "../../../core/approval/judge.ts";
import { isCurrent, spend } from "../../../core/approval/judge-awakeable.ts";
import type { ApprovalProblem } from "../../../core/approval/problem-of.ts";
import { digestOf } from "../../../core/digest.ts";
import { keyOf, POLICY_VERSION } from "./approval-package.ts";

export interface Story {
  readonly head: ApprovalHead;
  readonly notices: readonly ApprovalNotice[];
  decide(ballot: Partial<Ballot>, now: number, verdict?: DecideVerdict): Answer;
  /** Someone resolves the awakeable that is open, if one is. */
  resolve(ballot: Partial<Ballot> | string, now: number): void;
  claim(input: Partial<ClaimInput> & Pick<ClaimInput, "by">, now: number): ClaimAnswer;
  release(by: string, now: number): ClaimAnswer;
  tick(due: ApprovalTick["due"], now: number): void;
  withdraw(now: number): void;
  changed(changes: readonly CapturedChange[], now: number): void;
}
export type Answer = DecideResult | ApprovalProblem;
type ClaimAnswer = ClaimResult | ReleaseResult | ApprovalProblem;

const ALLOWED: DecideVerdict = { allowed: true, policyVersion: POLICY_VERSION };

export function storyOf(approval: ApprovalPackage): Story {
  let head = newApproval(keyOf(approval), approval);
  const notices: ApprovalNotice[] = [];
  let awakeables = 0;
  const record = (facts: readonly Fact[]): void => {
    for (const fact of facts) {
      head = fold(head, fact);
      notices.push(fact.notice);
    }
    openWait();
  };
  const openWait = (): void => {
    if (head.state !== "open" || head.awakeable.state !== "awaited") return;
    awakeables += 1;
    const notice = { type: "opened", awakeableId: `sign_${awakeables}` } as const;
    record([{ notice: { ...notice, at: head.updatedAt, digest: head.digest } }]);
  };
  const pass = (now: number, due?: ApprovalTick["due"]): void =>
    record(advance(head, now, due).map((notice) => ({ notice })));
  const close = (notice: ApprovalNotice): void => {
    if (head.state === "open") record([{ notice }]);
  };
  openWait();
  return {
    get head() {
      return head;
    },
    notices,
    decide(given, now, verdict = ALLOWED) {
      pass(now);
      const ballot = complete(head, given, "decide");
      const { facts, answer } = judgeEarly(head, ballot, now) ?? judge(head, ballot, verdict, now);
      record(facts);
      return answer;
    },
    resolve(given, now) {
      pass(now);
      const { awakeable } = head;
      if (awakeable.state !== "open" || !isCurrent(head, awakeable.id)) return;
      const ballot = typeof given === "string" ? given : complete(head, given, "awakeable");
      const judged =
        typeof ballot === "string"
          ? ballot
          : (judgeEarly(head, ballot, now) ?? judge(head, ballot, ALLOWED, now));
      record(spend(awakeable.id, judged, Math.max(now, head.updatedAt)));
    },
    ...claimActs({ head: () => head, pass, record }),
    tick: (due, now) => pass(now, due),
    withdraw(now) {
      pass(now);
      close({ type: "withdrawn", at: Math.max(now, head.updatedAt), reason: "cancelled" });
    },
    changed(changes, now) {
      pass(now);
      close({ type: "stale", at: Math.max(now, head.updatedAt), changes });
    },
  };
}

interface Telling {
  readonly head: () => ApprovalHead;
  readonly pass: (now: number) => void;
  readonly record: (facts: readonly Fact[]) => void;
}

function claimActs({ head, pass, record }: Telling): Pick<Story, "claim" | "release"> {
  return {
    claim(given, now) {
      pass(now);
      const input = { forMs: 60_000, takeOver: false, ...given };
      const { facts, answer } = judgeClaim(head(), input, now);
      record(facts);
      return answer;
    },
    release(by, now) {
      pass(now);
      const { facts, answer } = judgeRelease(head(), { by }, now);
      record(facts);
      return answer;
    },
  };
}

function complete(head: ApprovalHead, ballot: Partial<Ballot>, via: Ballot["via"]): Ballot {
  return { decision: "approve", digest: head.digest, ...ballot, via };
}

/** An edit whose arguments the tool took: `what` stands for them. */
export function editTo(what: string): Partial<Ballot> {
  const argumentsDigest = digestOf({ what });
  const call = { arguments: { text: "{}" }, argumentsDigest, digest: digestOf(`call ${what}`) };
  return { decision: "edit", wanted: argumentsDigest, checked: { call } };
}

/** The code of a refusal, or what became of a decision that counts. */
export function outcomeOf(answer: Answer | ClaimAnswer): string {
  return "code" in answer ? answer.code : answer.result;
}
