// Owns the measurement of what tasks hold while they wait for an approval, and how long it takes until
// all go on that are woken at once; the same of a hand-written object that waits inside an invocation.
// Each side has a server of its own.
import { now } from "../clock.ts";
import { type Measurement, table } from "../measurement.ts";
import { inBatches, parkInvocations, parkTasks } from "../park.ts";
import type { Mark } from "../orders.ts";
import { cpuMs, diskUse, openFiles, residentBytes } from "../process-usage.ts";
import { inTurn, type PerSide, type Side, timeTask } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { rounded } from "../statistics.ts";
import type { StatusView } from "../../contract/index.ts";
import type { WorkerProcess } from "../worker-process.ts";

const WARM_UPS = 10;
/** All go on side by side, so the first may be there shortly before the last. */
const ALL_GONE_BOUND_MS = 1_200_000;
const MEGABYTE = 1024 * 1024;

/** In bytes, but for the files. */
interface Held {
  readonly server: number;
  readonly worker: number;
  /** Of the server's data: the length of its files, and what `du` says they take. */
  readonly data: number;
  readonly allocated: number;
  /** File descriptors that are open. */
  readonly serverFiles: number;
  readonly workerFiles: number;
}

interface OneSide {
  /** Some tasks were done before, so that both processes are warm. */
  readonly before: Held;
  readonly after: Held;
  /** Server and worker were stopped and started again: what is left is what parked tasks hold. */
  readonly restarted: Held;
  /** The same of a server and a worker without any task. */
  readonly fresh: Held;
  /** Handler and status to count, with all tasks parked. */
  readonly open: Readonly<Record<string, number>>;
  /** Bytes of all values in the state. */
  readonly state: number;
  readonly woken: Woken;
}

/** All were told at once what they waited for. */
interface Woken {
  /** Milliseconds from the first word until the last task has made its next model call. */
  readonly allMs: number;
  /** CPU that the server and the worker have used by then, in milliseconds. */
  readonly serverMs: number;
  readonly workerMs: number;
}

type Parked = PerSide<OneSide> & { readonly tasks: number };

export const parked: Measurement<Parked> = {
  name: "parked",
  async measure({ quick, tasks = quick ? 100 : 2000, say }) {
    const holdfast = await measureSide("holdfast", tasks, say);
    const baseline = await measureSide("baseline", tasks, say);
    return { tasks, holdfast, baseline };
  },
  describe({ tasks, holdfast, baseline }) {
    return [
      describeSide(`${tasks} parked tasks`, tasks, holdfast),
      describeSide(`${tasks} hand-written objects`, tasks, baseline),
    ].join("\n\n");
  },
};

async function measureSide(
  side: Side,
  tasks: number,
  say: (progress: string) => void,
): Promise<OneSide> {
  await using stand = await startStand();
  const worker = await stand.startWorker();
  await stand.register(worker);
  const fresh = await held(stand, worker);
  for (let round = 0; round < WARM_UPS; round += 1)
    await inTurn(round, async (each) => void (await timeTask(stand, worker, each, 10)));
  const before = await held(stand, worker);
  const ids =
    side === "holdfast" ? await parkTasks(stand, tasks) : await parkInvocations(stand, tasks);
  say(`${side}: ${tasks} are parked`);
  const after = await held(stand, worker);
  const open = await stand.openInvocations();
  const service = side === "holdfast" ? "cashier" : "BaselineControl";
  const [state] = await stand.query(
    `SELECT sum(octet_length(value_utf8)) AS bytes FROM state WHERE service_name = '${service}'`,
  );
  await worker.stop();
  await stand.restartServer();
  const last = await stand.startWorker(worker);
  const restarted = await held(stand, last);
  const woken = await wakeAll(stand, last, side, ids, say);
  say(`${side}: all have gone on`);
  return { before, after, restarted, fresh, open, state: Number(state?.["bytes"]), woken };
}

async function wakeAll(
  stand: Stand,
  worker: WorkerProcess,
  side: Side,
  ids: readonly string[],
  say: (progress: string) => void,
): Promise<Woken> {
  const calls: { readonly id: string; readonly body: unknown }[] = [];
  await inBatches(ids, async (id) => void calls.push(await wordFor(stand, side, id)));
  const labels = new Set(ids);
  const isGone = ({ kind, label }: Mark): boolean => kind === "final" && labels.has(label);
  const gone = worker.marks(isGone, ids.length, ALL_GONE_BOUND_MS);
  const tellNoMore = tellTenths(worker, isGone, ids.length, (count) =>
    say(`${side}: ${count} of ${ids.length} have gone on`),
  );
  const used = async () => ({
    server: await cpuMs(stand.server.pid),
    worker: await cpuMs(worker.pid),
  });
  const before = await used();
  const from = now();
  await inBatches(calls, ({ id, body }) => stand.resolve(id, body));
  const allMs = (await gone).reduce((last, { at }) => Math.max(last, at), from) - from;
  const after = await used();
  tellNoMore();
  return {
    allMs,
    serverMs: after.server - before.server,
    workerMs: after.worker - before.worker,
  };
}

/** At each tenth of them. The answer ends it. */
function tellTenths(
  worker: WorkerProcess,
  counts: (mark: Mark) => boolean,
  of: number,
  tell: (count: number) => void,
): () => void {
  const tenth = Math.max(1, Math.floor(of / 10));
  let count = 0;
  return worker.onMark((mark) => {
    if (!counts(mark)) return;
    count += 1;
    if (count % tenth === 0) tell(count);
  });
}

/** The awakeable that a task waits on, and what it is resolved with. */
async function wordFor(stand: Stand, side: Side, id: string) {
  if (side === "baseline")
    return { id: String(await stand.call(`BaselineControl/${id}/awakeable`)), body: "go" };
  const view = (await stand.call(`cashier/${id}/status`)) as StatusView;
  const proposal = view.operations[0]?.proposal;
  if (proposal === undefined) throw new Error(`the task is ${view.status} and proposes nothing`);
  const { awakeableId, digest } = proposal;
  return { id: awakeableId, body: { decision: "approve", digest } };
}

function describeSide(what: string, tasks: number, { open, state, woken, ...at }: OneSide): string {
  const kilobytes = (bytes: number) => rounded(bytes / tasks / 1024, 1);
  const megabytes = (bytes: number) => rounded(bytes / MEGABYTE, 1);
  const sizes = (
    [
      ["memory of the server", "server"],
      ["memory of the worker", "worker"],
      ["disk, length of the files", "data"],
      ["disk, as `du` counts", "allocated"],
    ] as const
  ).map(([name, key]) => [
    `${name}, MiB`,
    ...STAGES.map((stage) => megabytes(at[stage][key])),
    `${kilobytes(at.after[key] - at.before[key])} KiB`,
    `${kilobytes(at.restarted[key] - at.fresh[key])} KiB`,
  ]);
  const files = (
    [
      ["open files of the server", "serverFiles"],
      ["open files of the worker", "workerFiles"],
    ] as const
  ).map(([name, key]) => [
    name,
    ...STAGES.map((stage) => at[stage][key]),
    rounded((at.after[key] - at.before[key]) / tasks, 3),
    rounded((at.restarted[key] - at.fresh[key]) / tasks, 3),
  ]);
  const head = [what, "fresh", "before", "parked", "restarted", "per task", "per task, restarted"];
  const invocations = Object.entries(open).map(([name, count]) => `${count} of \`${name}\``);
  return [
    table(head, [...sizes, ...files]),
    "",
    `State of each: ${kilobytes(state)} KiB. Open invocations: ${invocations.join(", ")}. ` +
      `All woken at once, all had gone on after ${rounded(woken.allMs / 1000, 1)} s; each took ` +
      `${rounded(woken.serverMs / tasks)} ms of the server's CPU and ` +
      `${rounded(woken.workerMs / tasks)} ms of the worker's.`,
  ].join("\n");
}

const STAGES = ["fresh", "before", "after", "restarted"] as const;

async function held(stand: Stand, worker: WorkerProcess): Promise<Held> {
  const { length, allocated } = await diskUse(stand.baseDir);
  return {
    server: await residentBytes(stand.server.pid),
    worker: await residentBytes(worker.pid),
    data: length,
    allocated,
    serverFiles: await openFiles(stand.server.pid),
    workerFiles: await openFiles(worker.pid),
  };
}
