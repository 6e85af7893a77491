// Owns a change of limits by a person, with who and why, and a budget as people see it.
import type { BudgetView, LimitChange, LimitChangeInput, Limits } from "../../contract/budget.ts";
import { BUDGET_DIMENSIONS } from "../../contract/budget.ts";
import type { BudgetChange, BudgetState } from "./budget-state.ts";
import { levelOf, limitsOf, takenOf, write } from "./budget-state.ts";
import { digestOf } from "../digest.ts";
import { GENESIS } from "../log.ts";
import { excess, isNothing } from "./amounts.ts";
import { parseBudgetKey } from "./levels.ts";
import type { BudgetSettings } from "./settings.ts";
import { offerRoom, recallHolders } from "./waiting.ts";

const CHANGES_KEPT = 20;

/** Why the limits of the budget with this key cannot be changed, if they cannot. */
export function limitProblem(
  key: string,
  input: LimitChangeInput,
  now: Limits,
): string | undefined {
  const name = parseBudgetKey(key);
  if (name === undefined) return KEY_PROBLEM;
  if ("desk" in name && name.desk !== undefined)
    return "a desk has no limit of its own; change the limit of the budget that it stands before";
  const tooMuch = BUDGET_DIMENSIONS.find(
    (each) => !Number.isSafeInteger((now[each] ?? 0) + (input.extend?.[each] ?? 0)),
  );
  return tooMuch === undefined
    ? undefined
    : `extend.${tooMuch} makes a limit above ${Number.MAX_SAFE_INTEGER}; set it instead`;
}

export const KEY_PROBLEM =
  "the key must be task/<taskUid>, owner/<tenant>/<owner>, tenant/<tenant> or day/<tenant>/<yyyy-mm-dd> in UTC, each name percent-encoded";

/** The change, or undefined when this change was made before. */
export function changeLimit(
  change: BudgetChange,
  input: LimitChangeInput,
  at: number,
): LimitChange | undefined {
  const { budget, settings } = change;
  const { by, reason, changeId } = input;
  if (changeId !== undefined && budget.changes.some((each) => each.changeId === changeId))
    return undefined;
  const before = limitsOf(budget, settings);
  write(change, { limit: { ...budget.limit, ...input.set, ...extended(before, input) } });
  const after = limitsOf(change.budget, settings);
  const last = budget.changes.at(-1);
  const unhashed = {
    number: (last?.number ?? 0) + 1,
    at,
    by,
    reason,
    ...(changeId === undefined ? {} : { changeId }),
    before,
    after,
    prev: last?.hash ?? GENESIS,
  };
  const made: LimitChange = { ...unhashed, hash: digestOf(unhashed) };
  write(change, { changes: [...budget.changes, made].slice(-CHANGES_KEPT) });
  // A limit below what is taken calls back what is not used, and grants nothing until there is
  // room. Of a dimension that was not limited, holders learn in the answer to what they give back.
  const isNew = BUDGET_DIMENSIONS.some(
    (each) => after[each] !== undefined && before[each] === undefined,
  );
  if (isNew || !isNothing(excessOver(after, change.budget))) recallHolders(change);
  offerRoom(change);
  return made;
}

function extended(limits: Limits, { extend = {} }: LimitChangeInput): Limits {
  const more: { -readonly [D in keyof Limits]: Limits[D] } = {};
  for (const dimension of BUDGET_DIMENSIONS) {
    const limit = limits[dimension];
    const by = extend[dimension];
    if (limit !== undefined && by !== undefined) more[dimension] = limit + by;
  }
  return more;
}

function excessOver(limits: Limits, budget: BudgetState): Limits {
  const over = excess(takenOf(budget), limits);
  return Object.fromEntries(Object.entries(over).filter(([dimension]) => dimension in limits));
}

export function viewBudget(budget: BudgetState, settings: BudgetSettings): BudgetView {
  const { key, used, reserved, leased, overrun, highWater, open, sources, waiting, activity } =
    budget;
  const held = Object.entries(sources).map(
    ([from, source]) => [from, excess(source.held, source.spent)] as const,
  );
  return {
    budget: key,
    level: levelOf(key),
    limit: limitsOf(budget, settings),
    used,
    reserved,
    leased,
    overrun,
    highWater,
    open: open.map(({ n, amounts }) => ({ n, amounts })),
    holds: Object.fromEntries(held.filter(([, amounts]) => !isNothing(amounts))),
    waiting: waiting.length,
    requests: activity,
    changes: budget.changes,
  };
}
