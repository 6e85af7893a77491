// Owns the arithmetic of amounts: whole numbers by dimension, where absent means 0 in an amount
// and "no limit" in limits.
import type { Amounts, BudgetDimension, Limits } from "../../contract/budget.ts";
import { BUDGET_DIMENSIONS } from "../../contract/budget.ts";

export const NOTHING: Amounts = {};

/** Dimension by dimension; zeros are left out. */
function combine(of: (dimension: BudgetDimension) => number): Amounts {
  const amounts: { [D in BudgetDimension]?: number } = {};
  for (const dimension of BUDGET_DIMENSIONS) {
    const value = of(dimension);
    if (value !== 0) amounts[dimension] = value;
  }
  return amounts;
}

export function plus(a: Amounts, b: Amounts): Amounts {
  return combine((each) => (a[each] ?? 0) + (b[each] ?? 0));
}

/** Signed: a dimension may become negative. */
export function minus(a: Amounts, b: Amounts): Amounts {
  return combine((each) => (a[each] ?? 0) - (b[each] ?? 0));
}

/** `minus`, with 0 for what would be negative. */
export function excess(a: Amounts, b: Amounts): Amounts {
  return combine((each) => Math.max(0, (a[each] ?? 0) - (b[each] ?? 0)));
}

export function largest(a: Amounts, b: Amounts): Amounts {
  return combine((each) => Math.max(a[each] ?? 0, b[each] ?? 0));
}

export function smallest(a: Amounts, b: Amounts): Amounts {
  return combine((each) => Math.min(a[each] ?? 0, b[each] ?? 0));
}

export function times(a: Amounts, factor: number): Amounts {
  return combine((each) => Math.min((a[each] ?? 0) * factor, Number.MAX_SAFE_INTEGER));
}

/** The dimensions of `a` in which `b` is not 0. */
export function where(a: Amounts, b: Amounts): Amounts {
  return combine((each) => ((b[each] ?? 0) === 0 ? 0 : (a[each] ?? 0)));
}

export function isNothing(a: Amounts): boolean {
  return BUDGET_DIMENSIONS.every((each) => (a[each] ?? 0) === 0);
}

/** What is left of limits; 0 where more than the limit is taken. */
export function roomIn(limit: Limits, taken: Amounts): Limits {
  const room: { [D in BudgetDimension]?: number } = {};
  for (const dimension of BUDGET_DIMENSIONS) {
    const ceiling = limit[dimension];
    if (ceiling !== undefined) room[dimension] = Math.max(0, ceiling - (taken[dimension] ?? 0));
  }
  return room;
}

/** The stricter of two limits, by dimension. */
export function stricter(a: Limits, b: Limits): Limits {
  const both: { [D in BudgetDimension]?: number } = { ...a };
  for (const dimension of BUDGET_DIMENSIONS) {
    const other = b[dimension];
    if (other !== undefined) both[dimension] = Math.min(both[dimension] ?? other, other);
  }
  return both;
}

/** The first dimension in which `needed` is more than there is room, if there is one. */
export function shortOf(room: Limits, needed: Amounts): BudgetDimension | undefined {
  return BUDGET_DIMENSIONS.find((each) => (needed[each] ?? 0) > (room[each] ?? Infinity));
}
