// Owns what becomes of reservations: settled at what was used, once, whatever is repeated.
import type { Amounts, SettleRequest, Settlement } from "../../contract/budget.ts";
import { excess, isNothing, minus, plus } from "./amounts.ts";
import type { BudgetChange, Reservation, Work } from "./budget-state.ts";
import { sourceOf, write, writeSource } from "./budget-state.ts";
import { finishPending, giveBack, partingOf } from "./source.ts";
import { offerRoom, stopWaiting } from "./waiting.ts";
import { countActivity } from "./idle.ts";
import { giveUpSlot } from "./slot.ts";

export function* settle(change: BudgetChange, request: SettleRequest): Work<null> {
  countActivity(change);
  settleEach(change, request.settlements);
  settleBelow(change, request.oldest);
  const rest = request.rest === true;
  if (rest) {
    stopWaiting(change, undefined);
    giveUpSlot(change);
  }
  if (rest || change.budget.recalled) {
    yield* finishPending(change);
    yield* giveBack(change, rest ? partingOf(change) : "keep");
  }
  offerRoom(change);
  return null;
}

/** Settles those that are open; of the others, whatever became of them counted before. */
export function settleEach(change: BudgetChange, settlements: readonly Settlement[]): void {
  for (const { n, used } of settlements) {
    const reservation = change.budget.open.find((each) => each.n === n);
    if (reservation !== undefined) settleOne(change, reservation, used);
  }
}

/** Whatever has a lower number is over; where it is still open, nobody knows what became of it. */
export function settleBelow(change: BudgetChange, oldest: number): void {
  for (const reservation of change.budget.open) {
    if (reservation.n < oldest) settleOne(change, reservation, reservation.amounts);
  }
  raiseWatermark(change, Math.max(change.budget.watermark, oldest), change.budget.over);
}

function settleOne(change: BudgetChange, { n, amounts, from }: Reservation, used: Amounts): void {
  for (const key of from) {
    const { committed, spent } = sourceOf(change.budget, key);
    writeSource(change, key, { committed: minus(committed, amounts), spent: plus(spent, used) });
  }
  const { budget } = change;
  const over = excess(used, amounts);
  write(change, {
    open: budget.open.filter((each) => each.n !== n),
    reserved: minus(budget.reserved, amounts),
    used: plus(budget.used, used),
    ...(isNothing(over) ? {} : { overrun: plus(budget.overrun, over) }),
  });
  markOver(change, n);
}

/** Numbers are over from the bottom up, so one number says it of most. */
function markOver(change: BudgetChange, n: number): void {
  raiseWatermark(change, change.budget.watermark, [...change.budget.over, n]);
}

function raiseWatermark(change: BudgetChange, watermark: number, over: readonly number[]): void {
  let next = watermark;
  const above = new Set(over.filter((each) => each >= watermark));
  while (above.delete(next)) next += 1;
  write(change, { watermark: next, over: [...above] });
}
