// Owns the measurement of single-turn work (R25): a question with one answer, against a bare
// handler with one action, and what is left when it is answered.
import { now } from "../clock.ts";
import { type Measurement, table } from "../measurement.ts";
import { inTurn, orders, type PerSide, perSide, type Side } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { quantile, rounded } from "../statistics.ts";

const WARM_UPS = 30;

interface OneTurn {
  /** Milliseconds that the caller waits for the answer. */
  readonly samples: PerSide<number[]>;
  /** Invocations that are open or scheduled when all was answered. */
  readonly leftovers: number;
}

export const oneTurn: Measurement<OneTurn> = {
  name: "one-turn",
  async measure({ quick, say }) {
    const rounds = quick ? 50 : 500;
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const samples = perSide<number[]>(() => []);
    for (let round = -WARM_UPS; round < rounds; round += 1) {
      await inTurn(round, async (side) => {
        const ms = await ask(stand, side);
        if (round >= 0) samples[side].push(ms);
      });
    }
    say(`${rounds} questions are answered`);
    await stand.settled();
    const [left] = await stand.query(
      "SELECT count(*) AS count FROM sys_invocation WHERE status <> 'completed'",
    );
    return { samples, leftovers: Number(left?.["count"]) };
  },
  describe({ samples, leftovers }) {
    const at = (side: Side, share: number) => quantile(samples[side], share);
    const rows = ([0.5, 0.99] as const).map((share) => [
      `p${share * 100}`,
      rounded(at("holdfast", share), 1),
      rounded(at("baseline", share), 1),
      rounded(at("holdfast", share) - at("baseline", share), 1),
    ]);
    return [
      table(["ms to the answer", "Holdfast, `ask`", "bare handler, one action", "overhead"], rows),
      "",
      `${samples.holdfast.length} questions each. Invocations left open or scheduled: ${leftovers}.`,
    ].join("\n");
  },
};

async function ask(stand: Stand, side: Side): Promise<number> {
  const given = orders(0);
  const from = now();
  if (side === "baseline") await stand.call(`BaselineTask/${given.label}/answer`, given);
  else await stand.call(`clerk/${given.label}/ask`, { message: JSON.stringify(given) });
  return now() - from;
}
