// Owns how a decision that was judged and not made is told: without a receipt, since there is none.
import type { DecideResult, ForeseenDecision } from "../../contract/approval-api.ts";
import type { ApprovalProblem } from "./problem-of.ts";

export function foreseen(answer: DecideResult | ApprovalProblem): ForeseenDecision {
  if ("code" in answer) return { result: "refused", ...answer };
  const { receipt: _, ...rest } = answer;
  return rest;
}
