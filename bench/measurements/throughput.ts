// Owns the measurement of many tasks at once: how many steps per second both sides reach, and
// what CPU a task takes of the server and of the worker, which other load on the machine
// disturbs less than the time.
import { now } from "../clock.ts";
import { type Measurement, table } from "../measurement.ts";
import { cpuMs } from "../process-usage.ts";
import { inTurn, orders, type PerSide, perSide, type Side, submit } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { median, medianRatio, rounded } from "../statistics.ts";
import type { WorkerProcess } from "../worker-process.ts";

const STEPS = 10;

interface Round {
  readonly stepsPerSecond: number;
  /** CPU milliseconds per task, from its start until all is quiet. */
  readonly serverMs: number;
  readonly workerMs: number;
}

interface Throughput {
  readonly tasks: number;
  readonly steps: number;
  readonly rounds: PerSide<Round[]>;
}

export const throughput: Measurement<Throughput> = {
  name: "throughput",
  async measure({ quick, say }) {
    const [tasks, count] = quick ? [50, 2] : [200, 7];
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const rounds = perSide<Round[]>(() => []);
    for (let round = -1; round < count; round += 1) {
      await inTurn(round, async (side) => {
        const done = await runAll(stand, worker, side, tasks);
        if (round >= 0) rounds[side].push(done);
        say(`round ${round + 1} of ${count}: ${side} ${Math.round(done.stepsPerSecond)} steps/s`);
      });
    }
    return { tasks, steps: STEPS, rounds };
  },
  describe({ tasks, steps, rounds }) {
    const row = (what: string, of: (round: Round) => number) => {
      const [ours, theirs] = [rounds.holdfast.map(of), rounds.baseline.map(of)];
      return [
        what,
        rounded(median(ours), 1),
        rounded(median(theirs), 1),
        rounded(medianRatio(ours, theirs)),
      ];
    };
    return table(
      [`${tasks} tasks of ${steps} steps at once`, "Holdfast", "hand-written", "ratio"],
      [
        row("steps per second", (round) => round.stepsPerSecond),
        row("CPU of the server, ms per task", (round) => round.serverMs),
        row("CPU of the worker, ms per task", (round) => round.workerMs),
      ],
    );
  },
};

async function runAll(
  stand: Stand,
  worker: WorkerProcess,
  side: Side,
  tasks: number,
): Promise<Round> {
  const given = Array.from({ length: tasks }, () => orders(STEPS));
  const labels = new Set(given.map(({ label }) => label));
  const cpu = () => Promise.all([cpuMs(stand.server.pid), cpuMs(worker.pid)]);
  const ended = worker.marks(({ kind, label }) => kind === "final" && labels.has(label), tasks);
  const [serverBefore, workerBefore] = await cpu();
  const from = now();
  await Promise.all(given.map((each) => submit(stand, side, each)));
  const marks = await ended;
  await stand.settled();
  const [serverAfter, workerAfter] = await cpu();
  const seconds = ((marks.at(-1)?.at ?? Number.NaN) - from) / 1000;
  return {
    stepsPerSecond: (tasks * STEPS) / seconds,
    serverMs: (serverAfter - serverBefore) / tasks,
    workerMs: (workerAfter - workerBefore) / tasks,
  };
}
