// Owns who waits for a budget that is short, how what is unused elsewhere is called back for
// them, and who may try again when there is room. The way down is always a send (L15).
import type { Amounts, BudgetDenial, BudgetDimension, Limits } from "../../contract/budget.ts";
import { BUDGET_DIMENSIONS, BUDGET_VERSION } from "../../contract/budget.ts";
import { isNothing, plus, roomIn, shortOf, stricter } from "./amounts.ts";
import type { BudgetChange, Waiting } from "./budget-state.ts";
import { levelOf, limitsOf, roomOf, sourceOf, spareOf, write } from "./budget-state.ts";

/** Those beyond try again by themselves: a parked task looks now and then. */
const MAX_WAITING = 256;
/** Whoever was offered room and did not take it is offered it again after so long, in ms... */
const FIRST_LOOK_MS = 5_000;
/** ...and after twice the time, and so on, so often. */
const MOST_DOUBLINGS = 6;

/** Why this budget itself cannot take on so much, if it cannot. */
export function denialOf(change: BudgetChange, needed: Amounts): BudgetDenial | undefined {
  const { budget, settings } = change;
  const dimension = shortOf(roomOf(change), needed);
  if (dimension === undefined) return undefined;
  return {
    budget: budget.key,
    level: levelOf(budget.key),
    dimension,
    limit: limitsOf(budget, settings)[dimension] ?? 0,
    used: budget.used[dimension] ?? 0,
    reserved: (budget.reserved[dimension] ?? 0) + (budget.leased[dimension] ?? 0),
    needed: needed[dimension] ?? 0,
  };
}

/** Remembers who was denied. Where this budget is short itself, its leases are called back. */
export function waitFor(
  change: BudgetChange,
  denied: Pick<Waiting, "holder" | "need" | "at">,
): void {
  const { waiting, key } = change.budget;
  const before = waiting.find((each) => each.holder === denied.holder);
  // What was too much is not offered again at once, should the least of several needs be less.
  const offered = shortOf(roomFor(change, denied), denied.need) === undefined;
  const entry = { ...denied, offers: offered ? (before?.offers ?? 0) + 1 : 0, offered };
  const others = waiting.filter((each) => each !== before);
  if (others.length < MAX_WAITING) write(change, { waiting: [...others, entry] });
  if (denied.at === key) recallHolders(change);
}

/** Takes in what a holder says of those who wait below it. */
export function noteWaiting(
  change: BudgetChange,
  holder: string,
  least: Amounts | undefined,
): void {
  const { waiting, key } = change.budget;
  const before = waiting.find((each) => each.holder === holder);
  if (least === undefined) return stopWaiting(change, holder);
  const entry = { holder, need: least, at: before?.at ?? key, offers: 0, offered: false };
  if (before !== undefined)
    write(change, { waiting: waiting.map((each) => (each === before ? entry : each)) });
  else if (waiting.length < MAX_WAITING) write(change, { waiting: [...waiting, entry] });
}

/** Calls back what was leased out since the last time; a holder keeps only what it uses. */
export function recallHolders(change: BudgetChange): void {
  const { budget } = change;
  if (!budget.lent || isNothing(budget.leased)) return;
  write(change, { lent: false });
  change.sends.push({ type: "recall-holders", after: "" });
}

export function stopWaiting(change: BudgetChange, holder: string | undefined): void {
  const waiting = change.budget.waiting.filter((each) => each.holder !== holder);
  if (waiting.length < change.budget.waiting.length) write(change, { waiting });
}

/** Room that the budget `from` may have again. */
export interface Offer {
  readonly from: string;
  readonly free: Limits;
}

/**
 * Lets those try again whose needs together fit into what is free, the longest waiting first.
 * After a while the room is offered again, to others first: not everybody takes an offer.
 */
export function offerRoom(change: BudgetChange, offer?: Offer): void {
  const { budget } = change;
  if (budget.waiting.length === 0) return;
  let promised: Amounts = {};
  const waiting = budget.waiting.map((each) => {
    const room = roomFor(change, each, offer);
    const total = plus(promised, each.need);
    if (each.offered || shortOf(room, total) !== undefined) return each;
    tell(change, each, roomIn(room, promised));
    promised = total;
    return { ...each, offered: true, offers: each.offers + 1 };
  });
  write(change, { waiting });
  lookAgain(change);
}

/** Those who were offered room and did not ask again let the others go first. */
export function onLook(change: BudgetChange): void {
  const { waiting } = change.budget;
  const late = waiting.filter((each) => each.offered).map((each) => ({ ...each, offered: false }));
  write(change, {
    lookTimer: false,
    waiting: [...waiting.filter((each) => !each.offered), ...late],
  });
}

function roomFor(change: BudgetChange, { at }: Pick<Waiting, "at">, offer?: Offer): Limits {
  const own = roomOf(change);
  if (at === change.budget.key) return own;
  const spare = spareOf(sourceOf(change.budget, at));
  return stricter(own, raise(offer?.from === at ? offer.free : ZERO, spare));
}

const ZERO = Object.fromEntries(BUDGET_DIMENSIONS.map((each) => [each, 0])) as Record<
  BudgetDimension,
  number
>;

function raise(limits: Limits, by: Amounts): Limits {
  const raised: { [D in BudgetDimension]?: number } = {};
  for (const dimension of BUDGET_DIMENSIONS) {
    const limit = limits[dimension];
    if (limit !== undefined) raised[dimension] = Math.max(0, limit + (by[dimension] ?? 0));
  }
  return raised;
}

function tell(change: BudgetChange, { holder }: Waiting, free: Limits): void {
  const { key, wake } = change.budget;
  if (holder !== undefined) {
    const message = { v: BUDGET_VERSION, type: "offer", from: key, free } as const;
    change.sends.push({ type: "attend", key: holder, message });
  } else if (wake !== undefined) {
    change.sends.push({ type: "wake", ...wake });
  }
}

function lookAgain(change: BudgetChange): void {
  const { key, lookTimer, waiting } = change.budget;
  const offers = waiting.filter((each) => each.offered).map((each) => each.offers);
  if (lookTimer || offers.length === 0) return;
  write(change, { lookTimer: true });
  const message = { v: BUDGET_VERSION, type: "look" } as const;
  const delayMs = FIRST_LOOK_MS * 2 ** Math.min(Math.min(...offers) - 1, MOST_DOUBLINGS);
  change.sends.push({ type: "attend", key, message, delayMs });
}
