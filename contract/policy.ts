// Owns the language of policy: the three questions, the answer, the rules of approvals, and the
// judgement of a call by grants and policy together. The engine is in services/policy/ (R48).
import type { ApprovalRule } from "./approval.ts";
import type { EffectClass } from "./effect-class.ts";
import type { GrantScope, NamedGrant } from "./grant.ts";

/** On whose behalf something is asked. */
export interface PolicyTask {
  readonly taskUid: string;
  readonly agent: string;
  readonly owner?: string | undefined;
  readonly tenant?: string | undefined;
}

/** A call, as policy sees it. */
export interface PolicyCall {
  readonly tool: string;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  /** What the tool's author says of approvals. */
  readonly approval: "default" | "required" | "never";
  /** What it touches, such as `order/1017`. */
  readonly resource?: string | undefined;
  /** Parsed JSON. */
  readonly arguments: unknown;
}

/** May it be proposed, and may it run without an approval? */
export interface CallQuestion {
  readonly action: "propose" | "run";
  readonly task: PolicyTask;
  readonly call: PolicyCall;
  /** A valid approval is at hand. */
  readonly approved: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** May this person approve? */
export interface ApproveQuestion {
  readonly action: "approve";
  readonly task: PolicyTask;
  readonly call: PolicyCall;
  /** Who decides; absent for whoever holds the awakeable's id and gives no name. */
  readonly by?: string | undefined;
  /** The person whose message led to the call. */
  readonly requester?: string | undefined;
  /** Another person, who looks at it now. */
  readonly claimedBy?: string | undefined;
  readonly now: number;
}

export type PolicyQuestion = CallQuestion | ApproveQuestion;

export interface PolicyDecision {
  readonly decision: "allow" | "deny";
  /** SHA-256 over the policy set, recorded with each decision. */
  readonly policyVersion: string;
  /** Ids of the policies that decided; none when nothing permitted, or when the engine failed. */
  readonly policies: readonly string[];
  /**
   * Set when the decision is a denial because it could not be made: ids of the policies that
   * could not be evaluated, or `engine`. Never their messages, which quote values.
   */
  readonly errors?: readonly string[];
}

/** Answers at once and never throws: what cannot be decided is denied. */
export interface PolicyEngine {
  readonly version: string;
  /** As they were written. */
  readonly policies: readonly { readonly id: string; readonly text: string }[];
  /** What the start should tell the operator; the policies are in force nonetheless. */
  readonly warnings: readonly string[];
  decide(question: PolicyQuestion): PolicyDecision;
  /** Who decides an approval of this call, how many, and until when. */
  ruleFor(call: Pick<PolicyCall, "tool" | "effect">): ApprovalRule;
}

/** The rules of approvals of an app: the more exact one wins, field by field. */
export interface ApprovalRules {
  readonly default?: Partial<ApprovalRule>;
  readonly byClass?: Partial<Record<EffectClass, Partial<ApprovalRule>>>;
  readonly byTool?: Readonly<Record<string, Partial<ApprovalRule>>>;
}

/** What grants and policy are asked about one call. */
export interface AuthorityQuestion {
  readonly grants: readonly NamedGrant[];
  readonly task: PolicyTask;
  readonly call: PolicyCall;
  /** A valid approval of exactly this call is at hand. */
  readonly approved: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type AuthorityCode =
  /** `run` and `approve`. */
  | "allowed"
  /** No grant covers it. */
  | "not_granted"
  /** One covered it until it expired: a fresh grant continues the task (R43). */
  | "grant_expired"
  /** A policy forbids it, or none permits it. */
  | "policy_denied"
  /** Policy could not decide (R48). */
  | "policy_failed";

/** Grants and policy together. `approve`: it may run once a person has approved it. */
export type Authority = {
  readonly verdict: "run" | "approve" | "deny";
  readonly code: AuthorityCode;
  /** For people and the model: names scopes and policies, never a value of the call. */
  readonly reason: string;
  readonly policyVersion: string;
  /** Ids of the policies that decided. */
  readonly policies: readonly string[];
  /** The grant that covers the call. */
  readonly grantId?: string;
  /** The scope in which the closest grant ends, of a call that none covers. */
  readonly scope?: GrantScope;
  /** Of `grant_expired`: with a fresh grant it would need an approval all the same. */
  readonly gated?: boolean;
};

/** The port through which services/model and services/tool-host judge a call. */
export type JudgeAuthority = (question: AuthorityQuestion) => Authority;
