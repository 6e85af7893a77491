// Owns the measurement of what a step writes and reads, early and late in one task (R93). Every
// byte between server and worker is counted, at the worker's sockets: journal entries, state that
// is written, state that is read, answers of tools, replays, and the frames around all that.
import { type Measurement, table } from "../measurement.ts";
import type { Mark } from "../orders.ts";
import { orders, type Side, submit } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { rounded } from "../statistics.ts";
import type { WorkerProcess } from "../worker-process.ts";

/** Steps that a figure is the mean of: a multiple of a segment's steps and of a log page. */
const WINDOW = 64;

/** The steps in the middle of the two windows. */
interface Places {
  readonly early: number;
  readonly late: number;
}

interface Bytes {
  readonly places: Places;
  /** Mean bytes per step around each place. */
  readonly oneTurn: Places;
  readonly manyTurns: Places;
  readonly handWritten: Places;
}

export const bytes: Measurement<Bytes> = {
  name: "bytes",
  async measure({ quick, say }) {
    const places = { early: 50, late: quick ? 300 : 2000 };
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const handWritten = await countInvocation(stand, worker, "baseline", places);
    say("the baseline is counted");
    const oneTurn = await countInvocation(stand, worker, "holdfast", places);
    say("the long turn is counted");
    const manyTurns = await countTurns(stand, worker, places);
    say("the turns of one step are counted");
    return { places, oneTurn, manyTurns, handWritten };
  },
  describe({ places, ...counted }) {
    const row = (what: string, { early, late }: Places) => [
      what,
      Math.round(early),
      Math.round(late),
      `${rounded((late / early - 1) * 100, 1)} %`,
    ];
    return table(
      [
        "bytes per step, written and read",
        `around step ${places.early}`,
        `around step ${places.late}`,
        "difference",
      ],
      [
        row("one turn", counted.oneTurn),
        row("one turn per step", counted.manyTurns),
        row("hand-written, in one invocation", counted.handWritten),
      ],
    );
  },
};

/** All steps in one turn, or in the baseline's one invocation. */
async function countInvocation(
  stand: Stand,
  worker: WorkerProcess,
  side: Side,
  places: Places,
): Promise<Places> {
  const steps = places.late + WINDOW / 2 + 1;
  const given = orders(steps, true);
  const marked = worker.marks(({ label }) => label === given.label, steps);
  await submit(stand, side, given);
  const counted = meansAround(places, await marked, ({ step }) => step);
  await stand.settled();
  return counted;
}

/** Each step is a turn: a message, and the model's answer without a tool. */
async function countTurns(stand: Stand, worker: WorkerProcess, places: Places): Promise<Places> {
  const { label } = orders(0);
  const turns = places.late + WINDOW / 2 + 1;
  const marked = worker.marks((mark) => mark.label.startsWith(`${label}/`), turns);
  for (let turn = 0; turn < turns; turn += 1) {
    const message = JSON.stringify({ label: `${label}/${turn}`, steps: 0 });
    await stand.call(`clerk/${label}/ask`, { message });
  }
  return meansAround(places, await marked, (mark) => Number(mark.label.split("/")[1]));
}

function meansAround(
  { early, late }: Places,
  marks: readonly Mark[],
  stepOf: (mark: Mark) => number,
): Places {
  const totals = new Map(marks.map((mark) => [stepOf(mark), mark.wireBytes]));
  const at = (step: number): number => totals.get(step) ?? Number.NaN;
  const mean = (middle: number): number =>
    (at(middle + WINDOW / 2) - at(middle - WINDOW / 2)) / WINDOW;
  return { early: mean(early), late: mean(late) };
}
