// Owns the questions that these tests ask: one task, one call, changed where a test says.
import type {
  CallQuestion,
  PolicyCall,
  PolicyDecision,
  PolicyEngine,
} from "../../contract/policy.ts";

export const NOW = Date.parse("2026-11-21T10:00:00Z");
export const TASK = { taskUid: "uid-1", agent: "refund-desk", owner: "ann", tenant: "acme" };
export const CALL: PolicyCall = {
  tool: "refund_order",
  toolVersion: "1",
  effect: "financial",
  approval: "default",
  resource: "order/1017",
  arguments: { amountCents: 4_200 },
};

export function decide(
  engine: PolicyEngine,
  action: CallQuestion["action"],
  change: Partial<PolicyCall> = {},
  now = NOW,
): PolicyDecision {
  const call = { ...CALL, ...change };
  return engine.decide({ action, task: TASK, call, approved: false, now });
}
