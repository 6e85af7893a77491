// Owns the measurement of the time from the SIGKILL of a worker until a task that it was working
// on makes its next new step on the worker that takes its place.
import { now } from "../clock.ts";
import { freePorts } from "../free-ports.ts";
import { type Forwarder, startForwarder } from "../forwarder.ts";
import { type Measurement, table } from "../measurement.ts";
import { isEnd, orders, submit } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { median, rounded } from "../statistics.ts";
import type { WorkerProcess } from "../worker-process.ts";

/** Enough that the task is in the middle when its worker dies. */
const STEPS = 150;
const FIRST_KILL_STEP = 40;
/** Each round kills at another place: at a segment's start, in its middle, near its end. */
const KILL_STRIDE = 7;

interface Recovery {
  /** Milliseconds, one per kill. */
  readonly samples: readonly number[];
}

export const recovery: Measurement<Recovery> = {
  name: "recovery",
  async measure({ quick, say }) {
    const rounds = quick ? 2 : 12;
    await using stand = await startStand();
    const [port = 0] = await freePorts(1);
    const address = await startForwarder(port);
    let worker = await stand.startWorker();
    address.pointTo(worker.port);
    await stand.register(worker, address.port);
    const samples: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // Started in advance, so that its start is not in the figure.
      const next = await stand.startWorker();
      const ms = await killAndWait(stand, address, {
        worker,
        next,
        at: FIRST_KILL_STEP + KILL_STRIDE * round,
      });
      samples.push(ms);
      say(`kill ${round + 1} of ${rounds}: ${Math.round(ms)} ms`);
      worker = next;
    }
    await address.close();
    return { samples };
  },
  describe: ({ samples }) =>
    table(
      ["kills", "median ms", "worst ms"],
      [[samples.length, rounded(median(samples), 0), rounded(Math.max(...samples), 0)]],
    ),
};

async function killAndWait(
  stand: Stand,
  address: Forwarder,
  { worker, next, at }: { worker: WorkerProcess; next: WorkerProcess; at: number },
): Promise<number> {
  const given = orders(STEPS, true);
  let last = -1;
  const off = worker.onMark(({ label, step }) => {
    if (label === given.label) last = Math.max(last, step);
  });
  const reached = worker.marks(({ label, step }) => label === given.label && step >= at);
  const ended = next.marks((mark) => isEnd(mark, given));
  await submit(stand, "holdfast", given);
  await reached;
  // What the dead worker did and could not record is done again, which is no new step.
  const renewed = next.marks(({ label, step }) => label === given.label && step > last);
  address.pointTo(next.port);
  const killed = now();
  await worker.kill();
  const [mark] = await renewed;
  off();
  await ended;
  await stand.settled();
  return (mark?.at ?? Number.NaN) - killed;
}
