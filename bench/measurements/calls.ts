// Owns the measurement of what a promise about an effect costs: a step whose tool is plain, one
// whose effect is keyed, one that is fenced, and one that a person has to allow, in one run.
import type { StatusView } from "../../contract/index.ts";
import { type Measurement, table } from "../measurement.ts";
import { orders } from "../sides.ts";
import { startStand, type Stand } from "../stand.ts";
import { median, rounded } from "../statistics.ts";
import type { WorkerProcess } from "../worker-process.ts";

const STEPS = 12;
/** The first steps of a task run code that is not compiled yet. */
const WARM_UPS = 2;

/** Agent to what its calls promise. The first one is what the others are compared with. */
const KINDS = {
  clerk: "plain: `read`",
  keyed: "`financial`, the other side honours the key",
  fenced: "`financial`, at most once",
  approved: "`financial`, at most once, approved by a person",
} as const;
type Kind = keyof typeof KINDS;

/** Milliseconds per step, from one model call to the next. */
type Calls = Readonly<Record<Kind, number[]>>;

export const calls: Measurement<Calls> = {
  name: "calls",
  async measure({ quick, say }) {
    const rounds = quick ? 1 : 10;
    await using stand = await startStand();
    const worker = await stand.startWorker();
    await stand.register(worker);
    const samples: Calls = { clerk: [], keyed: [], fenced: [], approved: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const kind of inTurn(Object.keys(KINDS) as Kind[], round)) {
        const steps = await timeSteps(stand, worker, kind);
        if (round > 0) samples[kind].push(...steps);
      }
      say(`round ${round} of ${rounds}`);
    }
    return samples;
  },
  describe(samples) {
    const plain = median(samples.clerk);
    return table(
      ["one step whose call is", "steps", "median ms", "times plain"],
      (Object.keys(KINDS) as Kind[]).map((kind) => {
        const ms = median(samples[kind]);
        return [KINDS[kind], samples[kind].length, rounded(ms, 1), rounded(ms / plain)];
      }),
    );
  },
};

/** Each round begins with another one, as what runs first finds a colder machine. */
function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

async function timeSteps(stand: Stand, worker: WorkerProcess, kind: Kind): Promise<number[]> {
  const given = orders(STEPS, true);
  const marked = worker.marks(({ label }) => label === given.label, STEPS);
  await stand.call(`${kind}/${given.label}/start`, { message: JSON.stringify(given) });
  if (kind === "approved") await allowAll(stand, `${kind}/${given.label}`);
  const at = (await marked).map((mark) => mark.at);
  await stand.settled();
  return at
    .slice(1)
    .map((time, index) => time - (at[index] ?? Number.NaN))
    .slice(WARM_UPS);
}

/** Somebody who looks all the time and allows whatever is proposed. */
async function allowAll(stand: Stand, task: string): Promise<void> {
  for (;;) {
    const view = (await stand.call(`${task}/status`)) as StatusView;
    if (view.status === "idle") return;
    const proposal = view.operations[0]?.proposal;
    if (view.status !== "waiting-approval" || proposal === undefined) continue;
    await stand.resolve(proposal.awakeableId, { decision: "approve", digest: proposal.digest });
  }
}
