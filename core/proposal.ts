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
}

/** What a decision must name: any other tool, version, argument, task or attempt differs. */
export function proposalDigest(proposal: Proposal): string {
  const { taskUid, operationId, tool, toolVersion, effect, argumentsDigest } = proposal;
  return digestOf({ v: 1, taskUid, operationId, tool, toolVersion, effect, argumentsDigest });
}
