// Owns the measurement of how soon a verb is applied to a task that is in the middle of something,
// against a hand-written object that is told by a signal. What wakes a task is wake.ts's.
import { isMeasured, PHASES, type Phase, timeVerb, type Verb, VERBS } from "../in-flight.ts";
import { type Measurement, table } from "../measurement.ts";
import { inTurn, type PerSide, perSide } from "../sides.ts";
import { startStand } from "../stand.ts";
import { median, quantile, rounded } from "../statistics.ts";

const WARM_UPS = 2;

/** Milliseconds, by what was in flight and by the verb, as `<phase> <verb>`. */
type Samples = Record<string, number[]>;

export const control: Measurement<PerSide<Samples>> = {
  name: "control",
  async measure({ quick, say }) {
    const rounds = quick ? 2 : 20;
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const samples = perSide<Samples>(() => ({}));
    for (const phase of PHASES) {
      for (const verb of VERBS) {
        for (let round = -WARM_UPS; round < rounds; round += 1) {
          await inTurn(round, async (side) => {
            if (!isMeasured(side, phase, verb)) return;
            const ms = await timeVerb(stand, worker, side, phase, verb);
            if (round >= 0) (samples[side][nameOf(phase, verb)] ??= []).push(ms);
          });
        }
        say(`${verb} during ${IN_FLIGHT[phase]}`);
      }
    }
    return samples;
  },
  describe(samples) {
    const rows = PHASES.flatMap((phase) =>
      VERBS.map((verb) => [
        IN_FLIGHT[phase],
        verb,
        ...both(samples.holdfast[nameOf(phase, verb)]),
        ...both(samples.baseline[nameOf(phase, verb)]),
      ]),
    );
    const head = ["in flight", "verb", "median ms", "p90 ms", "hand-written, median ms", "p90 ms"];
    return table(
      head,
      rows.filter(([, , ...cells]) => cells.some((cell) => cell !== "")),
    );
  },
};

const IN_FLIGHT: Readonly<Record<Phase, string>> = {
  tool: "a tool call",
  model: "a model call",
  pause: "a provider's pause",
  backoff: "the engine's retries",
};

function nameOf(phase: Phase, verb: Verb): string {
  return `${phase} ${verb}`;
}

function both(samples: readonly number[] = []): readonly (string | number)[] {
  if (samples.length === 0) return ["", ""];
  return [rounded(median(samples), 1), rounded(quantile(samples, 0.9), 1)];
}
