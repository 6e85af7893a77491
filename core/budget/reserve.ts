// Owns a reservation: granted when the task's own limit and every budget above have room, and
// else denied with the numbers of the one that has not. The same number is reserved once.
import type {
  Amounts,
  BudgetDenial,
  ReserveAnswer,
  ReserveRequest,
} from "../../contract/budget.ts";
import { isNothing, plus } from "./amounts.ts";
import type { BudgetChange, Work } from "./budget-state.ts";
import { limitedAt, sourceOf, write, writeSource } from "./budget-state.ts";
import { countActivity } from "./idle.ts";
import { sourcesOf } from "./levels.ts";
import { settleBelow, settleEach } from "./settle.ts";
import { giveUpSlot, slotNeeded, slotWanted, takeSlot } from "./slot.ts";
import { cover, finishPending, giveBack, leaveOthers } from "./source.ts";
import { denialOf, offerRoom, stopWaiting, waitFor } from "./waiting.ts";

/** Reservations of one task that may be open at once. */
const MAX_OPEN_RESERVATIONS = 256;

/** Why a request that has the right form can still not be meant, if it cannot. */
export function reserveProblem({ n, oldest }: ReserveRequest): string | undefined {
  if (oldest > n) return "oldest must not be above n";
  if (n - oldest >= MAX_OPEN_RESERVATIONS)
    return `at most ${MAX_OPEN_RESERVATIONS} reservations may be open; settle some first`;
  return undefined;
}

export function* reserve(change: BudgetChange, request: ReserveRequest): Work<ReserveAnswer> {
  const { n, amounts, place, at, wake } = request;
  countActivity(change);
  settleEach(change, request.settles);
  settleBelow(change, request.oldest);
  write(change, { place, ...(wake === undefined ? {} : { wake }) });
  stopWaiting(change, undefined);
  const known = knownAnswer(change, n);
  if (known !== undefined) return known;
  yield* finishPending(change);
  const slot = slotNeeded(change, request);
  const sources = sourcesOf(change.budget.key, change.settings, place, at);
  yield* leaveOthers(change, sources);
  const denial = yield* draw(change, request, plus(amounts, slot), sources);
  if (denial !== undefined) return { result: "denied", n, ...denial };
  if (!isNothing(slot)) takeSlot(change, sources);
  for (const key of sources) {
    const { committed } = sourceOf(change.budget, key);
    writeSource(change, key, { committed: plus(committed, amounts) });
  }
  const { open, reserved } = change.budget;
  write(change, {
    open: [...open, { n, amounts, from: sources }],
    reserved: plus(reserved, amounts),
  });
  offerRoom(change);
  return { result: "granted", n, limited: limitedAt(change) };
}

function knownAnswer(change: BudgetChange, n: number): ReserveAnswer | undefined {
  const { budget } = change;
  if (n < budget.watermark || budget.over.includes(n)) return { result: "settled", n };
  return budget.open.some((each) => each.n === n)
    ? { result: "granted", n, limited: limitedAt(change) }
    : undefined;
}

/** Gets room everywhere, in the fixed order of locks, or says who has none. */
function* draw(
  change: BudgetChange,
  request: ReserveRequest,
  needed: Amounts,
  sources: readonly string[],
): Work<BudgetDenial | undefined> {
  const own = denialOf(change, needed);
  if (own !== undefined) return yield* refuse(change, own, request, change.budget.key);
  for (const key of sources) {
    const denial = yield* cover(change, key, needed);
    if (denial !== undefined) return yield* refuse(change, denial, request, key);
  }
  return undefined;
}

/** A task that waits holds nothing that another could use. */
function* refuse(
  change: BudgetChange,
  denial: BudgetDenial,
  request: ReserveRequest,
  at: string,
): Work<BudgetDenial> {
  giveUpSlot(change);
  waitFor(change, { need: plus(request.amounts, slotWanted(request)), at });
  yield* giveBack(change, "keep");
  offerRoom(change);
  return denial;
}
