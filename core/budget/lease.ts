// Owns leases as the budget that gives them sees them: a slice per holder, numbered requests
// that are done once, and how large a slice is. What a holder has used is settled here too.
import type { Amounts, LeaseAnswer, LeaseRequest, Limits } from "../../contract/budget.ts";
import { BUDGET_DIMENSIONS, BUDGET_VERSION } from "../../contract/budget.ts";
import { excess, isNothing, largest, minus, plus, smallest } from "./amounts.ts";
import type { BudgetChange, HolderRow, Work } from "./budget-state.ts";
import { limitedAt, roomOf, sourceOf, spareOf, write, writeSource } from "./budget-state.ts";
import { countActivity } from "./idle.ts";
import { sourcesOf } from "./levels.ts";
import { cover, finishPending, giveBack, tellWaiting } from "./source.ts";
import { denialOf, noteWaiting, offerRoom, waitFor } from "./waiting.ts";

/** Beyond its need a holder gets at most this part of what is free: slices shrink near a limit. */
const LARGEST_PART = 16;
/** How long a holder that said bye is remembered against repeats, in milliseconds. */
const FORGET_AFTER_MS = 24 * 60 * 60_000;

/** `stored` is the holder's row, as far as it is not in the budget itself. */
export function* lease(
  change: BudgetChange,
  stored: HolderRow | undefined,
  request: LeaseRequest,
): Work<LeaseAnswer> {
  const { holder, seq } = request;
  const { last, place = request.place } = change.budget;
  let row = (last?.holder === holder ? last.row : stored) ?? { seq: 0, slice: {} };
  if (seq < row.seq) return { seq: row.seq, granted: {}, stale: true };
  if (seq === row.seq && row.answer !== undefined) return row.answer;
  countActivity(change);
  if (place !== undefined) write(change, { place });
  if (seq > row.seq) row = takeIn(change, row, request);
  yield* finishPending(change);
  const [above] = sourcesOf(change.budget.key, change.settings, place);
  const from = isNothing(row.slice) ? above : row.from;
  const granting = yield* grant(change, request, from);
  const answer = { ...granting, limited: limitedAt(change) };
  const slice = plus(row.slice, answer.granted);
  const gone = request.bye === true && isNothing(slice);
  putRow(change, holder, {
    seq,
    slice,
    answer,
    ...(from === undefined ? {} : { from }),
    ...(gone ? { gone } : {}),
  });
  if (gone) forgetLater(change, holder, seq);
  if (change.budget.recalled) yield* giveBack(change, "keep");
  yield* tellWaiting(change);
  offerRoom(change);
  return answer;
}

/** Books what the holder has used and gives back. Stored with the number, so that it counts once. */
function takeIn(change: BudgetChange, before: HolderRow, request: LeaseRequest): HolderRow {
  const { holder, seq, used } = request;
  const taken = plus(used, request.giveBack);
  const slice = excess(before.slice, taken);
  const released = minus(before.slice, slice);
  const { budget } = change;
  write(change, {
    used: plus(budget.used, used),
    leased: minus(budget.leased, released),
    // More than the slice: below, a provider has ignored its cap.
    overrun: plus(budget.overrun, excess(taken, before.slice)),
  });
  const { from } = before;
  if (from !== undefined) {
    const { committed, spent } = sourceOf(change.budget, from);
    writeSource(change, from, { committed: minus(committed, released), spent: plus(spent, used) });
  }
  noteWaiting(change, holder, request.waits);
  const row: HolderRow = { seq, slice, ...(from === undefined ? {} : { from }) };
  putRow(change, holder, row);
  return row;
}

function* grant(
  change: BudgetChange,
  { holder, seq, need, want, waits = need }: LeaseRequest,
  from: string | undefined,
): Work<LeaseAnswer> {
  if (isNothing(need)) return { seq, granted: {} };
  const own = denialOf(change, need);
  if (own !== undefined) {
    waitFor(change, { holder, need: smallest(need, waits), at: change.budget.key });
    return { seq, granted: {}, denied: own };
  }
  // Also when only others below this holder wait: what it does not use they may need.
  const scarce = change.budget.waiting.length > 0;
  let granted = scarce ? need : sliceOf(roomOf(change), need, want);
  if (from !== undefined) {
    const denied = yield* cover(change, from, need, granted);
    if (denied !== undefined) {
      waitFor(change, { holder, need: smallest(need, waits), at: from });
      return { seq, granted: {}, denied };
    }
    const source = sourceOf(change.budget, from);
    granted = largest(need, smallest(granted, spareOf(source)));
    writeSource(change, from, { committed: plus(source.committed, granted) });
  }
  write(change, { leased: plus(change.budget.leased, granted), lent: true });
  return scarce || change.budget.recalled ? { seq, granted, scarce: true } : { seq, granted };
}

/** All that is wanted while there is plenty; what is needed when there is not. */
export function sliceOf(room: Limits, need: Amounts, want: Amounts): Amounts {
  const slice: { -readonly [D in keyof Amounts]: Amounts[D] } = {};
  for (const dimension of BUDGET_DIMENSIONS) {
    const needed = need[dimension] ?? 0;
    if (needed === 0) continue;
    const part = Math.floor((room[dimension] ?? Infinity) / LARGEST_PART);
    slice[dimension] = Math.max(needed, Math.min(want[dimension] ?? 0, part));
  }
  return slice;
}

/** The row before this one leaves the budget for a key of its own. */
function putRow(change: BudgetChange, holder: string, row: HolderRow): void {
  const { last } = change.budget;
  if (last !== undefined && last.holder !== holder) change.rows.set(last.holder, last.row);
  write(change, { last: { holder, row } });
}

function forgetLater(change: BudgetChange, holder: string, seq: number): void {
  const message = { v: BUDGET_VERSION, type: "forget", holder, seq } as const;
  const { key } = change.budget;
  change.sends.push({ type: "attend", key, message, delayMs: FORGET_AFTER_MS });
}

/** Forgets a holder that said bye, unless it came back. */
export function forget(
  change: BudgetChange,
  stored: HolderRow | undefined,
  { holder, seq }: { readonly holder: string; readonly seq: number },
): void {
  const { last, ...budget } = change.budget;
  const isLast = last?.holder === holder;
  const row = isLast ? last.row : stored;
  if (row?.gone !== true || row.seq !== seq) return;
  change.rows.set(holder, undefined);
  if (isLast) change.budget = budget;
}
