// Owns a person's answer on its way into the place of the agent's: whether it has the form of one,
// and the call that is then decided on (R39, R70).
import type { ApprovalPackage } from "../../contract/approval.ts";
import type { ArtifactRef } from "../../contract/artifact.ts";
import type { AnswerCheck, ReviewedAnswer } from "../../contract/review.ts";
import { proposalOf } from "../approval/approval-head.ts";
import type { EditCheck } from "../approval/ballot.ts";
import { canonicalJson, digestOf } from "../digest.ts";
import { proposalDigest } from "../proposal.ts";

/** What a person may write; an artifact is of answers that are long already. */
export type WrittenAnswer = Exclude<ReviewedAnswer, { artifact: ArtifactRef }>;

/** Undefined where it is neither `{"text": "..."}` nor `{"json": ...}`. */
export function readWritten(given: unknown): WrittenAnswer | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const [only, ...others] = Object.entries(given) as [string, unknown][];
  if (only === undefined || others.length > 0) return undefined;
  const [key, value] = only;
  if (key === "json") return { json: value };
  return key === "text" && typeof value === "string" && value.trim() !== ""
    ? { text: value }
    : undefined;
}

/** `kept` is where the answer's text is, if it is too long to be decided on in place. */
export function checkedAnswer(
  approval: ApprovalPackage,
  given: unknown,
  { problem }: AnswerCheck,
  kept?: ArtifactRef,
): EditCheck {
  if (problem !== undefined) return { refused: problem };
  const instead = kept === undefined ? given : { artifact: kept };
  const argumentsDigest = digestOf(instead);
  const digest = proposalDigest({ ...proposalOf(approval), argumentsDigest });
  return { call: { arguments: { text: canonicalJson(instead) }, argumentsDigest, digest } };
}
