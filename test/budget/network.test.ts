// Owns that limits hold over all levels, whatever happens between budgets: random interleavings of
// parallel tasks and their children, with messages late, reordered and repeated, handlers killed
// and answers lost.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BudgetSettings, defineBudgets } from "../../core/budget/settings.ts";
import { createGame, endAll, pause, play, settleDown } from "./support/game.ts";
import type { Game } from "./support/player.ts";
import { leaksOf, waitingInVain } from "./support/truth.ts";

const spent = {
  money: fc.integer({ min: 0, max: 120 }),
  steps: fc.integer({ min: 1, max: 12 }),
};
const ofDay = fc.record(spent, { requiredKeys: [] });
const limit = fc.record(
  { ...spent, concurrency: fc.integer({ min: 1, max: 4 }) },
  { requiredKeys: [] },
);

const settings = fc
  .record({
    task: limit,
    owner: limit,
    tenant: limit,
    day: ofDay,
    slice: fc.integer({ min: 1, max: 60 }),
    desks: fc.constantFrom(1, 2),
  })
  .map(({ task, owner, tenant, day, slice, desks }) =>
    defineBudgets({
      levels: {
        task: { limit: task },
        owner: { limit: owner, slice: { money: slice } },
        tenant: { limit: tenant, slice: { money: slice, steps: 4 } },
        day: { limit: day },
      },
      desks,
    }),
  );

/** What happens next, by chance. */
const moves = fc.array(fc.tuple(fc.nat(99), fc.nat(10_000)), {
  minLength: 50,
  maxLength: 400,
});

function makeMove(game: Game, [kind, dice]: readonly [number, number], rough: boolean): void {
  const { network } = game;
  if (kind < 30) play(game, dice % 7, Math.floor(dice / 7));
  else if (rough && kind < 35) network.kill(dice);
  else if (rough && kind < 40) network.repeat(dice);
  else if (kind < 43) network.fireTimers();
  else if (kind < 46) pause(game, dice);
  else if (network.choices() > 0) network.act(dice);
}

const RUNS = { numRuns: 100 };
/** How long a failure is shrunk, in milliseconds: to the end it would take minutes. */
const SHRINK_MS = 10_000;

type Check = (...game: [settings: BudgetSettings, moves: [number, number][]]) => void;

/** A property of all games. Only shrinking is cut short, so that a slow machine runs no fewer. */
function always(check: Check) {
  let end = Infinity;
  return fc.property(settings, moves, (chosen, list) => {
    if (Date.now() > end) throw new fc.PreconditionFailure(true);
    try {
      check(chosen, list);
    } catch (error) {
      end = Math.min(end, Date.now() + SHRINK_MS);
      throw error;
    }
  });
}

describe("budgets of all levels", () => {
  it("R98 F25 no limit is exceeded at any instant, nothing leaks, and each level counts all of it", () => {
    fc.assert(
      always((chosen, list) => {
        const game = createGame(chosen);
        for (const move of list) makeMove(game, move, true);
        settleDown(game);
        endAll(game);
        settleDown(game);
        expect(leaksOf(game)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("R98 nobody waits while there is room: what is unused elsewhere is called back", () => {
    fc.assert(
      always((chosen, list) => {
        const game = createGame(chosen);
        for (const move of list) makeMove(game, move, false);
        settleDown(game);
        expect(waitingInVain(game)).toEqual([]);
      }),
      RUNS,
    );
  });

  it("F25 what is used above a reservation is counted at every level, and nothing leaks", () => {
    fc.assert(
      always((chosen, list) => {
        const game = createGame(chosen, true);
        for (const move of list) makeMove(game, move, true);
        settleDown(game);
        endAll(game);
        settleDown(game);
        expect(leaksOf(game)).toEqual([]);
      }),
      RUNS,
    );
  });
});
