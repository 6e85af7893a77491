// Owns the one of `concurrency` that a task has while it works. It is reserved beside the task's
// calls, outlives each of them, and is never used up (R49).
import type { Amounts, ReserveRequest } from "../../contract/budget.ts";
import { NOTHING, minus, plus } from "./amounts.ts";
import type { BudgetChange } from "./budget-state.ts";
import { sourceOf, write, writeSource } from "./budget-state.ts";

const SLOT: Amounts = { concurrency: 1 };

/** What a request needs beside its amounts. */
export function slotNeeded({ budget }: BudgetChange, { works }: ReserveRequest): Amounts {
  return works === true && budget.slot === undefined ? SLOT : NOTHING;
}

/** What it needs once it was denied, and so has given up what it had. */
export function slotWanted({ works }: ReserveRequest): Amounts {
  return works === true ? SLOT : NOTHING;
}

/** The task has been given what `slotNeeded` says, from these budgets. */
export function takeSlot(change: BudgetChange, from: readonly string[]): void {
  for (const key of from) {
    const { committed } = sourceOf(change.budget, key);
    writeSource(change, key, { committed: plus(committed, SLOT) });
  }
  write(change, { slot: { from }, reserved: plus(change.budget.reserved, SLOT) });
}

/** The task waits, or has ended. */
export function giveUpSlot(change: BudgetChange): void {
  const { slot, ...budget } = change.budget;
  if (slot === undefined) return;
  change.budget = budget;
  for (const key of slot.from) {
    const { committed } = sourceOf(change.budget, key);
    writeSource(change, key, { committed: minus(committed, SLOT) });
  }
  write(change, { reserved: minus(change.budget.reserved, SLOT) });
}
