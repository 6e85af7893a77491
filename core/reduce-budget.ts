// Owns how the events of a task's budget change a head: which reservation is open, what its
// budget was not told yet, and why it denied. A task without budgets has none of it.
import type { ReducersOf } from "./change-head.ts";

type BudgetEvent = "budget.requested" | "budget.denied" | "budget.settled";

export const BUDGET_REDUCERS: ReducersOf<BudgetEvent> = {
  // One that was open before is settled as wholly used: nobody knows what became of it.
  "budget.requested": (head, { n, amounts }) => ({
    ...head,
    budget: { next: n + 1, open: { n, amounts }, unsent: head.budget?.unsent ?? [] },
  }),
  // Nothing was reserved, so the number is used again. The request has told the rest.
  "budget.denied": (head, { n, ...denied }) => ({
    ...head,
    budget: { next: n, unsent: [], denied },
  }),
  "budget.settled": (head, { n, used }) => ({
    ...head,
    budget: { next: n + 1, unsent: [{ n, used }] },
  }),
};
