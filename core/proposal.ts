// Owns the exact form of what an approval allows, and its digest (R33, R96).
import type { EffectClass } from "../contract/effect-class.ts";
import { digestOf } from "./digest.ts";

export interface Proposal {
  readonly taskUid: string;
  readonly operationId: string;
  readonly tool: string;
  readonly toolVersion: string;
  readonly effect: EffectClass;
  /** SHA-256 of the canonical arguments. */
  readonly argumentsDigest: string;
  readonly agentVersion?: string;
  /** Of the policy set under which the call was proposed. */
  readonly policyVersion?: string;
  /** What the call touches, such as `order/1017`. */
  readonly resource?: string;
  /** SHA-256 of the fingerprint of the outside state on which the call rests (R38). */
  readonly precondition?: string;
}

/**
 * What a decision must name: any other task, operation, attempt, tool, version, argument,
 * target, policy, agent or outside state differs. The first form, of calls that were proposed
 * before there were the last four parts, stays as it was.
 */
export function proposalDigest(proposal: Proposal): string {
  const { taskUid, operationId, tool, toolVersion, effect, argumentsDigest } = proposal;
  const first = { taskUid, operationId, tool, toolVersion, effect, argumentsDigest };
  const { agentVersion, policyVersion, resource, precondition } = proposal;
  const second = Object.fromEntries(
    Object.entries({ agentVersion, policyVersion, resource, precondition }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  if (Object.keys(second).length === 0) return digestOf({ v: 1, ...first });
  return digestOf({ v: 2, ...first, ...second });
}
