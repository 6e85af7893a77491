// Owns the check that no budget was ever above its limit (R98), by what budgets showed and by what the
// tasks' logs say of their reservations.
import type { Amounts, BudgetDimension, BudgetView } from "../../../contract/budget.ts";
import { BUDGET_DIMENSIONS } from "../../../contract/budget.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import type { HistoryTask } from "../history.ts";
import type { Violation } from "../violation.ts";
import { tellEntry, violation } from "../violation.ts";
import type { Indexed } from "./index-history.ts";
import { eventsOf } from "./index-history.ts";

const LAW = "budget";

export function checkBudgets({ budgets, sound }: Indexed): readonly Violation[] {
  return [...budgets.flatMap((each) => aboveLimit(budgets, each)), ...sound.flatMap(reservations)];
}

function aboveLimit(all: readonly BudgetView[], view: BudgetView): readonly Violation[] {
  const { budget, used, reserved, leased, overrun, highWater } = view;
  return BUDGET_DIMENSIONS.flatMap((dimension) => {
    const limit = highestLimit(all, budget, dimension);
    if (limit === undefined) return [];
    const of = (amounts: Amounts): number => amounts[dimension] ?? 0;
    const taken = Math.max(of(used) + of(reserved) + of(leased), of(highWater)) - of(overrun);
    if (taken <= limit) return [];
    return [violation(LAW, `${budget} had ${taken} of ${limit} ${dimension}`)];
  });
}

/** That was ever in force; undefined where there was none at some time. */
function highestLimit(
  all: readonly BudgetView[],
  budget: string,
  dimension: BudgetDimension,
): number | undefined {
  const views = all.filter((each) => each.budget === budget);
  const limits = views.flatMap(({ limit, changes }) => [
    limit[dimension],
    ...changes.flatMap(({ before, after }) => [before[dimension], after[dimension]]),
  ]);
  const known = limits.filter((each) => each !== undefined);
  return known.length === limits.length && known.length > 0 ? Math.max(...known) : undefined;
}

/** Granted once and settled once each, and not for more than was reserved without saying so. */
function reservations(task: HistoryTask): readonly Violation[] {
  const wrong = (problem: string, by: readonly TaskEvent[]) =>
    violation(LAW, problem, by.map(tellEntry), task);
  const requested = Map.groupBy(eventsOf(task, "budget.requested"), ({ data }) => data.n);
  const granted = Map.groupBy(eventsOf(task, "budget.granted"), ({ data }) => data.n);
  const settled = Map.groupBy(eventsOf(task, "budget.settled"), ({ data }) => data.n);
  const twice = [...granted, ...settled].filter(([, each]) => each.length > 1);
  return [
    ...twice.map(([n, each]) => wrong(`reservation ${n} was counted twice`, each)),
    ...[...settled].flatMap(([n, [event]]) => {
      if (event === undefined) return [];
      const reserved = requested.get(n)?.at(-1)?.data.amounts;
      if (reserved === undefined) return [wrong(`reservation ${n} was never asked for`, [event])];
      const { used, overrun = {} } = event.data;
      const above = BUDGET_DIMENSIONS.filter(
        (each) => (used[each] ?? 0) - (overrun[each] ?? 0) > (reserved[each] ?? 0),
      );
      return above.map((each) => wrong(`reservation ${n} used more ${each} than it had`, [event]));
    }),
  ];
}
