// Owns the measurement of what one step of one task costs in time, against the baseline. The
// price of a start is taken out by the difference between a long and a short task.
import { type Measurement, table } from "../measurement.ts";
import { inTurn, type PerSide, perSide, type Side, timeTask } from "../sides.ts";
import { startStand } from "../stand.ts";
import { median, medianRatio, rounded } from "../statistics.ts";

const SHORT = 10;
const LONG = 40;

/** Milliseconds, one sample per round. */
interface Samples {
  readonly short: number[];
  readonly long: number[];
}

interface Latency {
  readonly shortSteps: number;
  readonly longSteps: number;
  readonly samples: PerSide<Samples>;
}

export const latency: Measurement<Latency> = {
  name: "latency",
  async measure({ quick, say }) {
    const [warmUps, rounds] = quick ? [2, 5] : [5, 25];
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const samples = perSide<Samples>(() => ({ short: [], long: [] }));
    for (let round = -warmUps; round < rounds; round += 1) {
      await inTurn(round, async (side) => {
        const short = await timeTask(stand, worker, side, SHORT);
        const long = await timeTask(stand, worker, side, LONG);
        if (round < 0) return;
        samples[side].short.push(short);
        samples[side].long.push(long);
      });
      if (round >= 0) say(`round ${round + 1} of ${rounds}`);
    }
    return { shortSteps: SHORT, longSteps: LONG, samples };
  },
  describe({ shortSteps, longSteps, samples }) {
    const more = longSteps - shortSteps;
    const ways: readonly (readonly [string, (side: Side) => number[]])[] = [
      [
        `one more step: (T(${longSteps}) - T(${shortSteps})) / ${more}`,
        (side) =>
          samples[side].long.map(
            (long, round) => (long - (samples[side].short[round] ?? NaN)) / more,
          ),
      ],
      [
        `T(${shortSteps}) / ${shortSteps}`,
        (side) => samples[side].short.map((ms) => ms / shortSteps),
      ],
      [`T(${longSteps}) / ${longSteps}`, (side) => samples[side].long.map((ms) => ms / longSteps)],
    ];
    return table(
      ["ms per step", "Holdfast", "hand-written", "ratio"],
      ways.map(([what, of]) => [
        what,
        rounded(median(of("holdfast"))),
        rounded(median(of("baseline"))),
        rounded(medianRatio(of("holdfast"), of("baseline"))),
      ]),
    );
  },
};
