// Owns how the events of a task's budget change a head: which reservations are open, what its
// budget was not told yet, and why it denied. A task without budgets has none of it.
import type { Settlement } from "../contract/budget.ts";
import type { ReducersOf } from "./change-head.ts";
import type { TaskBudget } from "./task-budget.ts";

type BudgetEvent = "budget.requested" | "budget.granted" | "budget.denied" | "budget.settled";

export const BUDGET_REDUCERS: ReducersOf<BudgetEvent> = {
  "budget.requested": (head, { n, amounts, calls }) => {
    const { denied: _, deniedAt: __, ...budget } = head.budget ?? NO_BUDGET;
    const unsent = [...budget.unsent, ...lostOf(budget)];
    const open = { n, amounts, ...(calls === undefined ? {} : { calls }) };
    return { ...head, budget: { ...budget, next: n + 1, open, unsent, works: true } };
  },
  // The request has told the rest.
  "budget.granted": (head, { n }) => {
    const { open, ...budget } = head.budget ?? NO_BUDGET;
    if (open?.n !== n) return head;
    const { calls = [] } = open;
    return {
      ...head,
      budget: { ...budget, unsent: [], calls: [...(budget.calls ?? []), { n, calls }] },
    };
  },
  // Nothing was reserved, so the number is used again. The request has told the rest.
  "budget.denied": (head, { n, ...denied }, { seq, hash }) => {
    const { open: _, works: __, ...budget } = head.budget ?? NO_BUDGET;
    const at = { seq, hash };
    return { ...head, budget: { ...budget, next: n, unsent: [], denied, deniedAt: at } };
  },
  "budget.settled": (head, { n, used, limited }) => {
    const before = head.budget ?? NO_BUDGET;
    const isOfCalls = before.calls?.some((each) => each.n === n) === true;
    if (isOfCalls) {
      const { calls: all = [], ...budget } = before;
      const calls = all.filter((each) => each.n !== n);
      const unsent = [...budget.unsent, { n, used }];
      return {
        ...head,
        budget: { ...budget, unsent, ...(calls.length === 0 ? {} : { calls }) },
      };
    }
    const { open: _, limited: known, ...budget } = before;
    const now = limited ?? known;
    return {
      ...head,
      budget: {
        ...budget,
        next: Math.max(budget.next, n + 1),
        unsent: [{ n, used }],
        ...(now === undefined ? {} : { limited: now }),
      },
    };
  },
};

const NO_BUDGET: TaskBudget = { next: 0, unsent: [] };

/**
 * What becomes of a reservation whose segment was lost. Nobody knows what became of a model call,
 * so all of it counts as used; calls whose grant is not in the log were not issued.
 */
export function lostOf({ open }: TaskBudget): readonly Settlement[] {
  if (open === undefined) return [];
  return [{ n: open.n, used: open.calls === undefined ? open.amounts : {} }];
}
