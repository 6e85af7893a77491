// Owns the timer by which a budget that does nothing gives back what it does not use.
import { BUDGET_VERSION } from "../../contract/budget.ts";
import { isNothing } from "./amounts.ts";
import type { BudgetChange, Source, Work } from "./budget-state.ts";
import { write } from "./budget-state.ts";
import { finishPending, giveBack, partingOf } from "./source.ts";

export function countActivity(change: BudgetChange): void {
  write(change, { activity: change.budget.activity + 1 });
}

/** The work of a handler, and last of all one timer, while it has to do with a budget above. */
export function* withIdleTimer<T>(change: BudgetChange, work: Work<T>): Work<T> {
  const answer = yield* work;
  armIdle(change);
  return answer;
}

function armIdle(change: BudgetChange): void {
  const { key, activity, idleTimer, sources } = change.budget;
  if (idleTimer || Object.values(sources).every(isSettled)) return;
  write(change, { idleTimer: true });
  const message = { v: BUDGET_VERSION, type: "idle", activity } as const;
  change.sends.push({ type: "attend", key, message, delayMs: change.settings.idleMs });
}

function isSettled({ open, spent }: Source): boolean {
  return !open && isNothing(spent);
}

export function* onIdle(change: BudgetChange, activity: number): Work<void> {
  write(change, { idleTimer: false });
  if (change.budget.activity !== activity || change.budget.open.length > 0) return;
  yield* finishPending(change);
  yield* giveBack(change, partingOf(change));
}
