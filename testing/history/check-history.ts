// Owns the judgement of a history: every law, over all of it. Pure, so that a history that was kept
// can be judged again, and one that is wrong on purpose can be tried.
import { checkAccepted } from "./check/accepted.ts";
import { checkApprovals } from "./check/approvals.ts";
import { checkAuthority } from "./check/authority.ts";
import { checkBudgets } from "./check/budgets.ts";
import { checkEffects } from "./check/effects.ts";
import { checkEnds } from "./check/ends.ts";
import { indexHistory } from "./check/index-history.ts";
import { checkChains, checkOrder } from "./check/order.ts";
import type { History } from "./history.ts";
import type { Violation } from "./violation.ts";
import { tellViolation, violation } from "./violation.ts";

/** What the history breaks, and by which operations; nothing for one that is allowed. */
export function checkHistory(history: History): readonly Violation[] {
  const indexed = indexHistory(history);
  return [
    ...checkChains(indexed),
    ...checkOrder(indexed),
    ...checkAccepted(indexed),
    ...checkEffects(indexed),
    ...checkAuthority(indexed),
    ...checkApprovals(indexed),
    ...checkEnds(indexed),
    ...checkBudgets(indexed),
    ...history.leftovers.map((each) => violation("nothing-leaked", each)),
  ];
}

/** Throws an Error with a line for each law that is broken. */
export function assertHistory(history: History): void {
  const found = checkHistory(history);
  if (found.length === 0) return;
  throw new Error(`the history is not allowed:\n${found.map(tellViolation).join("\n")}`);
}
