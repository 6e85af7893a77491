// Owns the measurement of how soon an approval has its effect: from the resolving of the awakeable
// to the execution of the tool, and to the model call that follows. The tasks are parked like
// real ones: their waiters are suspended, and the worker's memory knows nothing of them.
import type { StatusView } from "../../contract/index.ts";
import { now } from "../clock.ts";
import { type Measurement, table } from "../measurement.ts";
import { parkTasks } from "../park.ts";
import { until } from "../restate-calls.ts";
import { startStand, type Stand } from "../stand.ts";
import { median, quantile, rounded } from "../statistics.ts";
import type { WorkerProcess } from "../worker-process.ts";

/** The new worker's first calls run code that is not compiled yet. */
const WARM_UPS = 5;

interface Approval {
  /** Milliseconds, one per approval. */
  readonly toTool: number[];
  readonly toModel: number[];
}

export const approval: Measurement<Approval> = {
  name: "approval",
  async measure({ quick, say }) {
    const count = quick ? 10 : 50;
    await using stand = await startStand();
    const first = await stand.startWorker();
    await stand.register(first);
    const tasks = await parkTasks(stand, count + WARM_UPS);
    say(`${tasks.length} tasks are parked`);
    await first.stop();
    const worker = await stand.startWorker(first);
    const measured: Approval = { toTool: [], toModel: [] };
    for (const [index, task] of tasks.entries()) {
      const { toTool, toModel } = await approve(stand, worker, task);
      if (index < WARM_UPS) continue;
      measured.toTool.push(toTool);
      measured.toModel.push(toModel);
    }
    return measured;
  },
  describe({ toTool, toModel }) {
    const row = (what: string, samples: readonly number[]) => [
      what,
      samples.length,
      rounded(median(samples), 1),
      rounded(quantile(samples, 0.9), 1),
    ];
    return table(
      ["from the approval to", "approvals", "median ms", "p90 ms"],
      [row("the tool's execution", toTool), row("the next model call", toModel)],
    );
  },
};

async function approve(stand: Stand, worker: WorkerProcess, task: string) {
  const view = (await stand.call(`cashier/${task}/status`)) as StatusView;
  const proposal = view.operations[0]?.proposal;
  if (proposal === undefined) throw new Error(`the task is ${view.status} and proposes nothing`);
  const executed = worker.marks(({ kind, label }) => kind === "tool" && label === task);
  const called = worker.marks(({ kind, label }) => kind === "final" && label === task);
  const from = now();
  await stand.resolve(proposal.awakeableId, { decision: "approve", digest: proposal.digest });
  const [tool] = await executed;
  const [model] = await called;
  // The next approval finds a quiet machine.
  await until("the turn ended", async () => {
    const { status } = (await stand.call(`cashier/${task}/status`)) as StatusView;
    return status === "idle";
  });
  return {
    toTool: (tool?.at ?? Number.NaN) - from,
    toModel: (model?.at ?? Number.NaN) - from,
  };
}
