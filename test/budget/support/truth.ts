// Owns what must be true of a game with budgets: at every instant, when it has settled down, and
// when all have ended. "In truth" is what the tasks themselves have reserved and used.
import { expect } from "vitest";
import type { Amounts } from "../../../contract/budget.ts";
import { isNothing, minus, plus, shortOf } from "../../../core/budget/amounts.ts";
import { type BudgetState, limitsOf, takenOf } from "../../../core/budget/budget-state.ts";
import { budgetKey, parseBudgetKey } from "../../../core/budget/levels.ts";
import { utcDate } from "../../../core/budget/utc-date.ts";
import { type Game, type Player, TENANT } from "./player.ts";

const tenant = TENANT;

/** What a budget knows is within its limit, and no number is negative. */
export function expectLimitHolds({ settings }: Game, budget: BudgetState): void {
  const numbers = [budget.used, budget.reserved, budget.leased, budget.overrun];
  expect(numbers.flatMap((each) => Object.values(each)).every((each) => each > 0)).toBe(true);
  expect(shortOf(limitsOf(budget, settings), takenOf(budget)), budget.key).toBeUndefined();
}

/** What is reserved and used below a budget is within its limit, whatever it knows of it. */
export function expectTruthHolds(game: Game): void {
  for (const [key, budget] of game.network.budgets) {
    // Its truth can be told only when nothing is on its way.
    if (parseBudgetKey(key)?.level === "day") continue;
    const limits = limitsOf(budget, game.settings);
    expect(shortOf(limits, truthOf(game, key)), `${key}: in truth`).toBeUndefined();
  }
}

function truthOf({ network, players }: Game, key: string): Amounts {
  return players
    .filter((player) => countsAt(player, key))
    .map(({ key: task, used }) => plus(used, network.budgets.get(task)?.reserved ?? {}))
    .reduce(plus, {});
}

/** Whether a budget counts what this task uses. */
function countsAt({ uid, place }: Player, key: string): boolean {
  const name = parseBudgetKey(key);
  if (name === undefined || ("desk" in name && name.desk !== undefined)) return false;
  if (name.level === "task")
    return uid === name.taskUid || (place.ancestors ?? []).includes(name.taskUid);
  return name.level === "owner" ? place.owner === name.owner : true;
}

/** Reserved on a day, used and reported, or used and not reported yet. */
function truthOfDay({ network }: Game, day: string): Amounts {
  const isOfDay = (key: string): boolean => key === day || key.startsWith(`${day}/`);
  const amounts = [...network.budgets.values()].flatMap(({ open, sources }) => [
    ...open.filter(({ from }) => from.some(isOfDay)).map((each) => each.amounts),
    ...Object.entries(sources).flatMap(([key, { spent }]) => (isOfDay(key) ? [spent] : [])),
  ]);
  return amounts.reduce(plus, network.budgets.get(day)?.used ?? {});
}

/** Who was denied what there is room for. */
export function waitingInVain(game: Game): readonly string[] {
  return game.players
    .filter(({ state, paused }) => state === "denied" && !paused)
    .filter((player) => shortLevels(game, player).length === 0)
    .map(({ uid }) => uid);
}

function shortLevels(game: Game, { key, place, asks }: Player): readonly string[] {
  const { owner, ancestors = [] } = place;
  const day = budgetKey({ level: "day", tenant, date: utcDate(asks?.at ?? 0) });
  // Who is denied has given up its one of `concurrency`, and needs it again.
  const needed = plus(asks?.amounts ?? {}, { concurrency: 1 });
  const levels = [
    key,
    ...ancestors.map((taskUid) => budgetKey({ level: "task", taskUid })),
    ...(owner === undefined ? [] : [budgetKey({ level: "owner", tenant, owner })]),
    budgetKey({ level: "tenant", tenant }),
    day,
  ];
  return levels.filter((each) => {
    const budget = game.network.budgets.get(each);
    if (budget === undefined) return false;
    const taken = each === day ? truthOfDay(game, day) : truthOf(game, each);
    return shortOf(limitsOf(budget, game.settings), plus(taken, needed)) !== undefined;
  });
}

/** What is still reserved, leased, held or waiting, and which levels do not count all of it. */
export function leaksOf(game: Game): readonly string[] {
  const { budgets } = game.network;
  const leaks = [...budgets].flatMap(([key, { reserved, leased, open, sources, waiting }]) => {
    const held = Object.values(sources).flatMap((each) => [each.held, each.committed, each.spent]);
    const pending = Object.values(sources).some((each) => each.pending !== undefined);
    const rests = [reserved, leased, ...held].every(isNothing);
    return rests && open.length === 0 && waiting.length === 0 && !pending ? [] : [`${key} leaks`];
  });
  const miscounted = [...budgets].flatMap(([key, { used }]) => {
    const name = parseBudgetKey(key);
    const counts = name !== undefined && !("desk" in name) && name.level !== "day";
    return counts && !isSame(used, truthOf(game, key)) ? [`${key} miscounts`] : [];
  });
  const days = [...budgets].filter(([key]) => /^day\/acme\/[^/]+$/.test(key));
  const all = game.players.map(({ used }) => used).reduce(plus, {});
  const ofDays = days.map(([, { used }]) => used).reduce(plus, {});
  return [...leaks, ...miscounted, ...(isSame(all, ofDays) ? [] : ["the days miscount"])];
}

function isSame(a: Amounts, b: Amounts): boolean {
  return isNothing(minus(a, b));
}
