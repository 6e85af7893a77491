// Owns what a budget does with the budgets that it draws on: asking for more, reporting what was
// used, giving back. One numbered request at a time, stored before it is sent and repeated until
// it is answered, so that a lost answer loses no amount and counts none twice.
import type { Amounts, BudgetDenial, LeaseAnswer, LeaseRequest } from "../../contract/budget.ts";
import { BUDGET_VERSION } from "../../contract/budget.ts";
import {
  NOTHING,
  excess,
  isNothing,
  largest,
  minus,
  plus,
  smallest,
  times,
  where,
} from "./amounts.ts";
import type { BudgetChange, Work } from "./budget-state.ts";
import { levelOf, sourceOf, spareOf, write, writeSource } from "./budget-state.ts";
import { placeOfParent } from "./levels.ts";

/** How many times the need is asked for where the level has no slice of its own. */
const SLICE_FACTOR = 8;

/** Ends what a handler that was killed has begun. First of all in every handler that asks. */
export function* finishPending(change: BudgetChange): Work<void> {
  for (const [key, { pending }] of Object.entries(change.budget.sources)) {
    if (pending !== undefined) yield* deliver(change, key, pending);
  }
}

/** Makes sure that this much of a source is unused; `welcome` is the slice that it is for. */
export function* cover(
  change: BudgetChange,
  key: string,
  amounts: Amounts,
  welcome: Amounts = NOTHING,
): Work<BudgetDenial | undefined> {
  const need = excess(amounts, spareOf(sourceOf(change.budget, key)));
  if (isNothing(need)) return undefined;
  const slice = change.settings.levels[levelOf(key)]?.slice ?? times(need, SLICE_FACTOR);
  // Enough for several of the slices that are cut from it, so that few requests go further up.
  const most = where(largest(largest(need, slice), times(welcome, SLICE_FACTOR)), need);
  // A task takes one of `concurrency`, and never another.
  const { concurrency } = need;
  const one = levelOf(change.budget.key) === "task" && concurrency !== undefined;
  const want = one ? { ...most, concurrency } : most;
  const answer = yield* exchange(change, key, { giveBack: NOTHING, need, want });
  return answer.denied;
}

/** Whether to report what was used and to take leave, beside giving back what is unused. */
export type Parting = "keep" | "report" | "bye";

/** A budget for whose room others wait keeps its row, where it is offered what becomes free. */
export function partingOf({ budget }: BudgetChange): Parting {
  return budget.waiting.length > 0 ? "report" : "bye";
}

/** Gives back to all sources, or to these, what nobody uses. */
export function* giveBack(
  change: BudgetChange,
  parting: Parting,
  keys: readonly string[] = Object.keys(change.budget.sources),
): Work<void> {
  for (const key of keys) {
    const source = sourceOf(change.budget, key);
    const unused = excess(spareOf(source), NOTHING);
    const bye = parting === "bye" && source.open && isNothing(source.committed);
    const report = parting !== "keep" && !isNothing(source.spent);
    if (isNothing(unused) && !report && !bye) continue;
    const leave = bye ? { bye } : {};
    yield* exchange(change, key, { giveBack: unused, need: NOTHING, want: NOTHING, ...leave });
  }
}

/** Leaves the sources that are not drawn on any more: yesterday's, or those of other settings. */
export function* leaveOthers(change: BudgetChange, current: readonly string[]): Work<void> {
  const others = Object.keys(change.budget.sources).filter((key) => !current.includes(key));
  yield* giveBack(change, "bye", others);
  const done = others.filter((key) => !sourceOf(change.budget, key).open);
  if (done.length === 0) return;
  const kept = Object.entries(change.budget.sources).filter(([key]) => !done.includes(key));
  write(change, { sources: Object.fromEntries(kept) });
}

/** Says so where less would help somebody than what a source was told. */
export function* tellWaiting(change: BudgetChange): Work<void> {
  for (const key of Object.keys(change.budget.sources)) {
    const least = leastWaiting(change, key);
    const { told } = sourceOf(change.budget, key);
    if (least === undefined || (told !== undefined && isNothing(excess(told, least)))) continue;
    yield* exchange(change, key, { giveBack: NOTHING, need: NOTHING, want: NOTHING });
  }
}

type Wish = Pick<LeaseRequest, "giveBack" | "need" | "want" | "bye">;

/** The least that one of those needs who wait for a source, with what is missing there anyhow. */
function leastWaiting({ budget }: BudgetChange, key: string): Amounts | undefined {
  const [first, ...others] = budget.waiting.filter(({ at }) => at === key);
  if (first === undefined) return undefined;
  const least = others.reduce((so, { need }) => smallest(so, need), first.need);
  return plus(least, excess(NOTHING, spareOf(sourceOf(budget, key))));
}

function* exchange(change: BudgetChange, key: string, wish: Wish): Work<LeaseAnswer> {
  const { budget } = change;
  const { seq, spent } = sourceOf(budget, key);
  const waits = leastWaiting(change, key);
  const ofParent = levelOf(key) === "task" && budget.place !== undefined;
  const request: LeaseRequest = {
    v: BUDGET_VERSION,
    holder: budget.key,
    seq: seq + 1,
    used: spent,
    ...wish,
    ...(waits === undefined ? {} : { waits }),
    ...(ofParent && budget.place !== undefined ? { place: placeOfParent(budget.place) } : {}),
  };
  return yield* deliver(change, key, request);
}

function* deliver(change: BudgetChange, key: string, request: LeaseRequest): Work<LeaseAnswer> {
  writeSource(change, key, { pending: request, open: true });
  const answer = yield { key, request };
  const { pending: _, ...source } = sourceOf(change.budget, key);
  // A source that was left and is drawn on again has a number that this budget forgot.
  if (answer.stale === true) {
    setSource(change, key, { ...source, seq: answer.seq });
    return yield* deliver(change, key, { ...request, seq: answer.seq + 1 });
  }
  const told = toldBy(request, answer);
  const recalled = isNothing(answer.granted) ? source.recalled : answer.scarce;
  const held = plus(excess(source.held, plus(request.used, request.giveBack)), answer.granted);
  setSource(change, key, {
    seq: request.seq,
    held,
    committed: source.committed,
    spent: minus(source.spent, request.used),
    open: request.bye !== true,
    ...(told === undefined ? {} : { told }),
    ...(answer.limited === undefined ? {} : { limited: answer.limited }),
    ...(recalled === undefined || isNothing(held) ? {} : { recalled }),
  });
  if (!isNothing(answer.granted)) write(change, { recalled: isAnyShort(change) });
  return answer;
}

/** What one source gives does not say that another, which called back, is short no more. */
function isAnyShort({ budget }: BudgetChange): boolean {
  return Object.values(budget.sources).some((each) => each.recalled === true);
}

/** One of the sources is short. The word does not say which, so all that gave something count. */
export function markRecalled(change: BudgetChange): void {
  for (const [key, { held }] of Object.entries(change.budget.sources)) {
    if (!isNothing(held)) writeSource(change, key, { recalled: true });
  }
  write(change, { recalled: true });
}

function toldBy({ need, waits }: LeaseRequest, { denied }: LeaseAnswer): Amounts | undefined {
  if (denied === undefined) return waits;
  return waits === undefined ? need : smallest(need, waits);
}

function setSource(
  change: BudgetChange,
  key: string,
  source: BudgetChange["budget"]["sources"][string],
): void {
  write(change, { sources: { ...change.budget.sources, [key]: source } });
}
