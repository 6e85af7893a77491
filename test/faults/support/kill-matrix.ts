// Owns the killing of a crash matrix: one worker after the other dies, each in front of a place in the journal
// that none has died at before, while tasks are at work; and the record of what died with it. Knows
// nothing of what the tasks must come to.
import { setTimeout as delay } from "node:timers/promises";
import { mulberry } from "../../cleanup/choice.ts";
import type { WorkerProcess } from "../../support/worker-process.ts";
import type { FromAimed, Hit, ToAimed } from "./aim.ts";
import type { Ground } from "./ground.ts";

interface Killing {
  /** The place of the entry that it died in front of. */
  readonly at: string;
  /** The attempts that died with it. */
  readonly hits: readonly Hit[];
}

export interface KillMatrix {
  readonly killings: readonly Killing[];
  /** Each task that was in the middle of its journal when a worker died, once for each death. */
  readonly hits: number;
}

/** When no task comes to where it is to die, it dies where it is. */
const PATIENCE_MS = 2_000;

/** Places that a worker has written entries at so far. */
export function placesOf({ messages }: WorkerProcess): readonly string[] {
  return (messages as readonly FromAimed[]).flatMap((message) =>
    "wrote" in message ? [message.wrote] : [],
  );
}

interface KillingOptions {
  readonly seed: number;
  /** Where to die, in the order in which a task comes there. */
  readonly places: readonly string[];
  /** So many of `KillMatrix`, unless the time is over before. */
  readonly hits: number;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/** The first kills are anywhere, the last ones where tasks come last. */
export async function killInTurn(
  ground: Ground,
  { seed, places, hits: wanted, until }: KillingOptions,
): Promise<KillMatrix> {
  const choose = mulberry(seed);
  const killings: Killing[] = [];
  let hits = 0;
  while (hits < wanted && Date.now() < until) {
    // So that it takes the place at once, and tasks have come further meanwhile.
    await ground.spare();
    const from = Math.floor((places.length * hits) / wanted);
    const isFresh = (place: string): boolean => killings.every(({ at }) => at !== place);
    const fresh = places.slice(from).filter(isFresh);
    // Half of them behind what has been done and in front of its record.
    const results = fresh.filter((place) => place.endsWith("(action result)"));
    const { at, dies } = await die(ground.worker(), choose([fresh, results]));
    killings.push({ at, hits: dies });
    hits += new Set(dies.map(({ task }) => task)).size;
    await ground.replace();
  }
  return { killings, hits };
}

async function die(worker: WorkerProcess, at: readonly string[]) {
  const send = (aim: ToAimed): void => worker.send(aim);
  send({ at });
  await Promise.race([worker.exited, delay(PATIENCE_MS)]);
  send({ at: [] });
  await worker.exited;
  const death = (worker.messages as readonly FromAimed[]).find((message) => "dies" in message);
  if (death === undefined) throw new Error(`a worker died by itself:\n${worker.output()}`);
  return death;
}
