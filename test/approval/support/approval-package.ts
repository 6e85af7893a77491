// Owns the package that the tests of approvals vary: a refund that the agent `desk` wants.
import type { ApprovalPackage, ApprovalRule } from "../../../contract/approval.ts";
import { approvalId } from "../../../core/approval/approval-id.ts";
import { DEFAULT_RULE } from "../../../core/approval/rule.ts";
import { canonicalJson, digestOf } from "../../../core/digest.ts";

export const POLICY_VERSION = "policy-1";

/** So that a test may say only what it is about. */
export interface PackageOf {
  readonly rule?: Partial<ApprovalRule>;
  readonly call?: Partial<ApprovalPackage["call"]>;
  readonly arguments?: unknown;
  readonly owner?: string;
  readonly tenant?: string;
  readonly requester?: Partial<ApprovalPackage["requester"]>;
  readonly operationId?: string;
  readonly requestedAt?: number;
  readonly evidence?: ApprovalPackage["evidence"]["events"];
}

export function packageOf(over: PackageOf = {}): ApprovalPackage {
  const given = over.arguments ?? { order: "1017", cents: 2500 };
  const { owner, tenant } = over;
  return {
    v: 1,
    operationId: over.operationId ?? "uid-1/1/0/1",
    request: 1,
    requester: {
      agent: "desk",
      taskId: "t",
      taskUid: "uid-1",
      by: "rita",
      ...over.requester,
    },
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    call: {
      tool: "refund",
      toolVersion: "1",
      effect: "financial",
      arguments: { text: canonicalJson(given) },
      argumentsDigest: digestOf(given),
      agentVersion: "1",
      policyVersion: POLICY_VERSION,
      resource: "order/1017",
      precondition: digestOf("as it was"),
      ...over.call,
    },
    evidence: { events: over.evidence ?? [{ seq: 0, hash: "0".repeat(64) }], artifacts: [] },
    rule: { ...DEFAULT_RULE, ...over.rule },
    requestedAt: over.requestedAt ?? 1_000,
  };
}

export function keyOf({ operationId, request }: ApprovalPackage): string {
  return approvalId(operationId, request);
}
