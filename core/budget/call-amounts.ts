// Owns what a tool call is reserved at before it is issued, and what it has used when it is over:
// its price, and itself and its time where some budget limits them (R49, R98).
import type { Amounts, BudgetDimension } from "../../contract/budget.ts";
import type { AnyTool } from "../../contract/tool.ts";

/** What is counted of a tool call, or of a task that works on one, only where it is limited. */
const WHERE_LIMITED: readonly BudgetDimension[] = ["toolCalls", "wallMs", "concurrency"];

/** Of what some budget limits, that which the task has to know before its tool calls. */
export function limitedOfCalls(limited: readonly BudgetDimension[]): readonly BudgetDimension[] {
  return WHERE_LIMITED.filter((each) => limited.includes(each));
}

export function callAmounts(
  { price = 0 }: { readonly price?: number },
  tool: AnyTool | undefined,
  limited: readonly BudgetDimension[],
): Amounts {
  return {
    ...(price === 0 ? {} : { money: price }),
    ...(limited.includes("toolCalls") ? { toolCalls: 1 } : {}),
    ...(limited.includes("wallMs") && tool !== undefined ? { wallMs: longestMs(tool) } : {}),
  };
}

/** All attempts of the tool's service, each as long as it may take, with the pauses between them. */
function longestMs({ timeoutMs, retry }: AnyTool): number {
  const { maxAttempts, maxIntervalMs } = retry;
  return Math.min(
    timeoutMs * maxAttempts + maxIntervalMs * Math.max(0, maxAttempts - 1),
    Number.MAX_SAFE_INTEGER,
  );
}

/** In the dimensions that were reserved. `charged` is false where it certainly had no effect. */
export function usedByCall(amounts: Amounts, charged: boolean, ms: number): Amounts {
  const { money, toolCalls, wallMs } = amounts;
  return {
    ...(money === undefined || !charged ? {} : { money }),
    ...(toolCalls === undefined ? {} : { toolCalls }),
    ...(wallMs === undefined || ms === 0 ? {} : { wallMs: ms }),
  };
}
