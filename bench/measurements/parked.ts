// Owns the measurement of what tasks hold while they wait for an approval: memory of the server
// and of the worker, disk, and invocations that are open.
import { type Measurement, table } from "../measurement.ts";
import { parkTasks } from "../park.ts";
import { diskUse, residentBytes } from "../process-usage.ts";
import { inTurn, timeTask } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { rounded } from "../statistics.ts";
import type { WorkerProcess } from "../worker-process.ts";

const WARM_UPS = 10;
const MEGABYTE = 1024 * 1024;

/** All in bytes. */
interface Held {
  readonly server: number;
  readonly worker: number;
  /** Of the server's data: the length of its files, and what `du` says they take. */
  readonly data: number;
  readonly allocated: number;
}

interface Parked {
  readonly tasks: number;
  /** Some tasks were done before, so that both processes are warm. */
  readonly before: Held;
  readonly after: Held;
  /** Server and worker were stopped and started again: what is left is what parked tasks hold. */
  readonly restarted: Held;
  /** The same of a server and a worker without any task. */
  readonly fresh: Held;
  /** Handler and status to count, with all tasks parked. */
  readonly open: Readonly<Record<string, number>>;
  /** Bytes of all values in the tasks' state. */
  readonly state: number;
}

export const parked: Measurement<Parked> = {
  name: "parked",
  async measure({ quick, say }) {
    const tasks = quick ? 100 : 2000;
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const fresh = await held(stand, worker);
    for (let round = 0; round < WARM_UPS; round += 1)
      await inTurn(round, async (side) => void (await timeTask(stand, worker, side, 10)));
    const before = await held(stand, worker);
    await parkTasks(stand, tasks);
    say(`${tasks} tasks are parked`);
    const after = await held(stand, worker);
    const open = await stand.openInvocations();
    const [state] = await stand.query(
      "SELECT sum(octet_length(value_utf8)) AS bytes FROM state WHERE service_name = 'cashier'",
    );
    await worker.stop();
    await stand.restartServer();
    const restarted = await held(stand, await stand.startWorker(worker));
    return { tasks, before, after, restarted, fresh, open, state: Number(state?.["bytes"]) };
  },
  describe({ tasks, open, state, ...at }) {
    const kilobytes = (bytes: number) => rounded(bytes / tasks / 1024, 1);
    const megabytes = (bytes: number) => rounded(bytes / MEGABYTE, 1);
    const rows = (
      [
        ["memory of the server", "server"],
        ["memory of the worker", "worker"],
        ["disk, length of the files", "data"],
        ["disk, as `du` counts", "allocated"],
      ] as const
    ).map(([what, key]) => [
      what,
      megabytes(at.fresh[key]),
      megabytes(at.before[key]),
      megabytes(at.after[key]),
      megabytes(at.restarted[key]),
      kilobytes(at.after[key] - at.before[key]),
      kilobytes(at.restarted[key] - at.fresh[key]),
    ]);
    const head = [
      `${tasks} parked tasks`,
      "fresh, MiB",
      "before, MiB",
      "parked, MiB",
      "restarted, MiB",
      "KiB per task",
      "KiB per task, restarted",
    ];
    const invocations = Object.entries(open).map(([what, count]) => `${count} of \`${what}\``);
    return [
      table(head, rows),
      "",
      `State per parked task: ${kilobytes(state)} KiB. Open invocations: ${invocations.join(", ")}.`,
    ].join("\n");
  },
};

async function held(stand: Stand, worker: WorkerProcess): Promise<Held> {
  const { length, allocated } = await diskUse(stand.baseDir);
  return {
    server: await residentBytes(stand.server.pid),
    worker: await residentBytes(worker.pid),
    data: length,
    allocated,
  };
}
