// Owns as what the release of an answer is proposed and approved: no tool has this name, so nothing
// is ever executed under such an approval (R70).
import { REVIEW_SERVICE } from "../../contract/review.ts";
import { proposalDigest } from "../proposal.ts";

/** What policy and the approval rules know it as. */
export const REVIEW_CALL = { tool: REVIEW_SERVICE, effect: "communication" } as const;

/** The operation of the approval's package: one for each answer. */
export function reviewOperation(taskUid: string, step: number): string {
  return `${taskUid}/review/${step}`;
}

export interface ReviewVersions {
  readonly agentVersion: string;
  readonly policyVersion: string;
}

/** The call without its arguments. */
export function reviewCall({ agentVersion, policyVersion }: ReviewVersions) {
  return { ...REVIEW_CALL, toolVersion: "1", agentVersion, policyVersion };
}

/** What an approval of exactly this answer must name. */
export function reviewDigest(
  taskUid: string,
  step: number,
  asked: ReviewVersions & { readonly argumentsDigest: string },
): string {
  const { argumentsDigest } = asked;
  const operationId = reviewOperation(taskUid, step);
  return proposalDigest({ taskUid, operationId, ...reviewCall(asked), argumentsDigest });
}
