// Owns the measurement of how soon a task that waits goes on: from what it waits for to its next
// model call, against a hand-written object that waits on an awakeable inside one invocation. All are
// parked like real ones: the worker was replaced meanwhile and knows nothing of them.
import { now } from "../clock.ts";
import { type Measurement, table } from "../measurement.ts";
import { parkInvocations, parkOnEvents } from "../park.ts";
import { startStand, type Stand } from "../stand.ts";
import { median, quantile, rounded } from "../statistics.ts";
import { EVENT_TOPIC } from "../orders.ts";
import type { WorkerProcess } from "../worker-process.ts";

/** The new worker's first calls run code that is not compiled yet. */
const WARM_UPS = 5;

/** Milliseconds, one per wait. What an approval takes is approval.ts's. */
interface Wake {
  readonly event: number[];
  readonly baseline: number[];
}

export const wake: Measurement<Wake> = {
  name: "wake",
  async measure({ quick, say }) {
    const count = (quick ? 5 : 50) + WARM_UPS;
    await using stand = await startStand();
    const first = await stand.startWorker();
    await stand.register(first);
    const tasks = await parkOnEvents(stand, count);
    const objects = await parkInvocations(stand, count);
    say(`${count} tasks and ${count} invocations wait`);
    await first.stop();
    const worker = await stand.startWorker(first);
    const event: number[] = [];
    const baseline: number[] = [];
    for (const [round, task] of tasks.entries()) {
      const published = await timeWake(stand, worker, task, () =>
        stand.call("holdfast.events/publish", { topic: EVENT_TOPIC, key: task, eventId: task }),
      );
      const object = objects[round] ?? "";
      const id = String(await stand.call(`BaselineControl/${object}/awakeable`));
      const resolved = await timeWake(stand, worker, object, () => stand.resolve(id, "go"));
      if (round < WARM_UPS) continue;
      event.push(published);
      baseline.push(resolved);
    }
    return { event, baseline };
  },
  describe({ event, baseline }) {
    const row = (what: string, samples: readonly number[]) => [
      what,
      samples.length,
      rounded(median(samples), 1),
      rounded(quantile(samples, 0.9), 1),
    ];
    return table(
      ["to the next model call", "waits", "median ms", "p90 ms"],
      [
        row("from an event that is published", event),
        row("hand-written: from its awakeable", baseline),
      ],
    );
  },
};

async function timeWake(
  stand: Stand,
  worker: WorkerProcess,
  label: string,
  wakeUp: () => Promise<unknown>,
): Promise<number> {
  const called = worker.marks((mark) => mark.kind === "final" && mark.label === label);
  const from = now();
  await wakeUp();
  const [model] = await called;
  await stand.settledBut("wait");
  return (model?.at ?? Number.NaN) - from;
}
