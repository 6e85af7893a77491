// Owns what a tool's service says of the decision under which it acted, or did nothing (R81). It
// travels with the outcome, and is logged with it. What follows from other entries of the log (who
// asked, with what) is not said again: core/action-evidence.ts puts both together.
import type { EffectClass } from "./effect-class.ts";

/** One decision of authority, made right before an effect. */
export interface AuthorityEvidence {
  readonly decision: "permit" | "deny";
  /** Absent where something else decided before policy was asked: a stop, the task's end. */
  readonly policyVersion?: string;
  /** Ids of the policies that decided. */
  readonly policies?: readonly string[];
  /** The grant that covers the call. */
  readonly grantId?: string;
  /** What a person had approved, and what was compared with what runs. */
  readonly approvalDigest?: string;
  /** Milliseconds since the epoch, by the clock of the tool's worker. */
  readonly at: number;
}

/** Optional parts of every answer of a tool's service, and of the event that records it. */
export interface CallEvidence {
  /**
   * The last decision before the effect. Absent where nobody was asked at the effect: for a `read`,
   * for `reconcile`, and in an outcome that no service could say. Then the judgement of the model's
   * answer is the one that counts.
   */
  readonly authority?: AuthorityEvidence;
  /** Names of the credentials that the tool's code was given; absent when none. */
  readonly credentials?: readonly string[];
}

/** What the answer that asked for a call was judged by. */
export type AnswerEvidence = Omit<AuthorityEvidence, "at" | "approvalDigest">;

/** One action of a task, as its log proves it. */
export interface ActionEvidence extends CallEvidence {
  /** Position and hash of the event that records it. */
  readonly seq: number;
  readonly hash: string;
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  /** Who: the agent, on whose behalf, and for which tenant. */
  readonly agent: string;
  readonly owner?: string;
  readonly tenant?: string;
  readonly operationId: string;
  /** With which capability: a verb of a tool. */
  readonly verb: "execute" | "reconcile" | "compensate";
  readonly tool: string;
  /** Absent where no service was asked, as `effect` where there is no such tool. */
  readonly toolVersion?: string;
  readonly effect?: EffectClass;
  /** SHA-256 of the canonical arguments; of a refused call, of what the model wrote. */
  readonly inputsDigest: string;
  /** How the model's answer was judged. */
  readonly answer?: AnswerEvidence;
  /** Which decision counts: the one at the effect (`authority`), or the answer's. */
  readonly judgedAt: "answer" | "effect";
  readonly decision: "permit" | "deny";
  /** Such as `ok`, `unknown`, `waiting`, `blocked: stopped`, `refused: denied`, `undone`. */
  readonly outcome: string;
  /** SHA-256 of the result as it is stored, or of the error's canonical `{code, message}`. */
  readonly outputDigest?: string;
}
