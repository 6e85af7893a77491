// Owns one round on the proving ground: a few trips side by side while faults come one after the other, then
// quiet, and the history of all of it. Decides nothing about what is allowed.
import { setTimeout as delay } from "node:timers/promises";
import type { BudgetView } from "../../../contract/budget.ts";
import { BUDGET_SERVICE } from "../../../contract/budget.ts";
import type { History, HistoryRecorder } from "../../../testing/index.ts";
import { connectTask, recordHistory } from "../../../testing/index.ts";
import { leftoversOf } from "../../cleanup/leftovers.ts";
import { drive, type Surroundings, type Trip } from "./drive.ts";
import type { Fault, Round } from "./draw-trips.ts";
import { expedition, LEADER } from "./expedition.ts";
import { TENANT_BUDGET } from "./expedition-app.ts";
import type { Ground } from "./ground.ts";

/** Without anything new. A fenced effect that was lost is known after 14 seconds. */
const PATIENCE_MS = 120_000;
/** Of a round; a busy machine takes ten times as long as a quiet one. */
const BOUND_MS = 15 * 60_000;
const POLL_MS = 40;
const LANES = 5;
/** Of the same call, when it was not answered. */
const AGAIN_MS = 150;

/** Nothing is called by it: only what its agents say is asked. */
const AGENTS = Object.values(
  expedition({ act: () => Promise.reject(new Error("nobody")), has: async () => false }),
);

/** Rejects when a trip does not come to its end. What else is wrong is in the history. */
export function playRound(
  ground: Ground,
  { trips, faults }: Round,
  onFault: (fault: Fault) => void = () => {},
): Promise<History> {
  return playTrips(ground, {
    trips,
    disturb: async () => {
      for (const fault of faults) {
        await delay(fault.afterMs);
        onFault(fault);
        await ground.inflict(fault.kind, fault.ms);
      }
    },
    boundMs: BOUND_MS,
  });
}

interface Play {
  /** Taken one after the other, as lanes are free. */
  readonly trips: Iterable<Trip>;
  /** Breaks things while they are under way; all is mended when it resolves. */
  readonly disturb: () => Promise<void>;
  /** Of all trips, in milliseconds. */
  readonly boundMs: number;
  /** Trips at once. */
  readonly lanes?: number;
  /** How often people look, in milliseconds. */
  readonly pollMs?: number;
}

/** The same, with disturbances of any kind. */
export async function playTrips(
  ground: Ground,
  { trips, disturb, boundMs, lanes = LANES, pollMs = POLL_MS }: Play,
): Promise<History> {
  const { engine, outside } = ground;
  const { ingressUrl } = engine;
  const recorder = recordHistory({
    agents: AGENTS,
    connect: (agent, taskId) => connectTask({ ingressUrl, agent, taskId }),
  });
  outside.witness(recorder);
  const around: Surroundings = {
    child: recorder.task,
    has: outside.has,
    pause: () => delay(pollMs),
    now: Date.now,
    insist,
    deadline: Date.now() + boundMs,
    patienceMs: PATIENCE_MS,
  };
  const watching = new AbortController();
  const watched = watchBudget(ground, recorder, watching.signal);
  const left = trips[Symbol.iterator]();
  const begun: string[] = [];
  const lane = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      begun.push(next.value.taskId);
      await drive(recorder.task(LEADER, next.value.taskId), next.value, around);
    }
  };
  const working = Promise.all(Array.from({ length: lanes }, lane));
  // A trip that fails is told of when all is mended.
  working.catch(() => undefined);
  await disturb();
  await working.catch(async (cause: unknown) => {
    throw new Error(`${String(cause)}\n${await openInEngine(ground)}`, { cause });
  });
  await endAll(recorder, begun);
  watching.abort();
  await watched;
  return recorder.history({ leftovers: await quiet(ground) });
}

/** Again until it is answered: a refusal of the task's is an answer, a broken connection is none. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const { name, code } = error as { readonly name?: string; readonly code?: string };
      const isAnswer = name === "TaskProblem" && code !== "unknown";
      if (isAnswer || isPlain(error) || Date.now() > deadline) throw error;
      await delay(AGAIN_MS);
    }
  }
}

/** One of the kit's own words, such as that there is nothing to decide. */
function isPlain(error: unknown): boolean {
  return error instanceof Error && error.name === "Error";
}

/** What rests is completed, so that nothing of it may be left. */
async function endAll(recorder: HistoryRecorder, taskIds: readonly string[]): Promise<void> {
  for (const taskId of taskIds) {
    const task = recorder.task(LEADER, taskId);
    const { status } = await insist(() => task.status());
    if (status === "idle" || status === "failed")
      await insist(() => task.control({ verb: "complete", reason: "the round is over" }));
  }
}

/** What the engine was about, for whoever looks why a trip did not come to its end. */
async function openInEngine({ engine }: Ground): Promise<string> {
  const rows = await engine.admin
    .query(
      `SELECT id, target, status, retry_count, last_failure, modified_at, last_start_at, next_retry_at,
       completed_at, idempotency_key, invoked_by_target FROM sys_invocation WHERE status NOT IN ('completed', 'scheduled')`,
    )
    .catch((error: unknown) => [{ error: String(error) }]);
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

/** What is left once there has been time for it to go. */
async function quiet({ engine }: Ground): Promise<readonly string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = await leftoversOf(engine);
    if (left.length === 0 || Date.now() > deadline) return left;
    await delay(200);
  }
}

async function watchBudget(
  { engine }: Ground,
  recorder: HistoryRecorder,
  signal: AbortSignal,
): Promise<void> {
  const path = `${BUDGET_SERVICE}/${encodeURIComponent(TENANT_BUDGET)}/show`;
  while (!signal.aborted) {
    const seen = await engine.call(path).catch(() => undefined);
    if (seen?.status === 200) recorder.sawBudget(seen.body as BudgetView);
    await delay(250);
  }
}
