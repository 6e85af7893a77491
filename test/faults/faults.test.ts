// Tests that the history of tasks is allowed whatever breaks between server, worker, model and the
// other side of the tools (issue 5): each kind of fault once, while tasks with something of everything
// are at work. Of the fenced effects, whose loss takes 14 seconds to be known, the soak has all.
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkHistory, tellViolation } from "../../testing/index.ts";
import { SEED } from "../support/seed.ts";
import { drawRound } from "./support/draw-trips.ts";
import { FAULTS, type Ground, openGround } from "./support/ground.ts";
import { playRound } from "./support/play-round.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.stop());

it(
  `R8 R14 R28 R29 R80 F1 F2 F10 F14 F33 F38 the history is allowed whatever breaks (HOLDFAST_SEED=${SEED})`,
  { timeout: 240_000 },
  async () => {
    const without = ["wire", "burn"];
    const { trips, faults } = drawRound(Number(SEED), "faults", {
      trips: 7,
      faults: FAULTS,
      without,
    });
    const short = faults.map(({ kind, ms }) => ({ kind, afterMs: 100, ms: Math.min(ms, 300) }));
    const inflicted: string[] = [];
    const history = await playRound(ground, { trips, faults: short }, ({ kind }) =>
      inflicted.push(kind),
    );
    expect(checkHistory(history).map(tellViolation)).toEqual([]);
    // There was something to break, and people were told of it.
    expect(inflicted).toEqual([...FAULTS]);
    expect(history.effects.filter(({ done }) => done).length).toBeGreaterThan(10);
    expect(history.tasks.length).toBeGreaterThanOrEqual(trips.length);
  },
);
