// Owns how the same work is given to the runtime and to the hand-written baseline, so that every
// comparison starts and ends at the same points on both sides.
import { randomUUID } from "node:crypto";
import { now } from "./clock.ts";
import type { Mark, Orders } from "./orders.ts";
import type { Stand } from "./stand.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** `holdfast` first: results name the sides in this order. */
export const SIDES = ["holdfast", "baseline"] as const;
export type Side = (typeof SIDES)[number];

export type PerSide<T> = Readonly<Record<Side, T>>;

export function perSide<T>(make: () => T): PerSide<T> {
  return { holdfast: make(), baseline: make() };
}

/** Both sides in turn; every other round the other way round, as the first warms the server. */
export async function inTurn(round: number, work: (side: Side) => Promise<void>): Promise<void> {
  for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) await work(side);
}

/** The mark at which all steps of these orders are done: the model is asked for the closing answer. */
export function isEnd({ kind, label }: Mark, given: Orders): boolean {
  return kind === "final" && label === given.label;
}

/** New orders, for a task of their own. */
export function orders(steps: number, markAll = false): Orders {
  return { label: randomUUID(), steps, markAll };
}

/** Hands one task in, of either side in the same way. Resolves when the engine has it. */
export function submit(stand: Stand, side: Side, given: Orders): Promise<void> {
  return side === "baseline"
    ? stand.send(`BaselineTask/${given.label}/work`, given)
    : stand.send(`clerk/${given.label}/start`, { message: JSON.stringify(given) });
}

/** Milliseconds from handing a task in to the end of its last step. Returns when all is quiet. */
export async function timeTask(
  stand: Stand,
  worker: WorkerProcess,
  side: Side,
  steps: number,
): Promise<number> {
  const given = orders(steps);
  const ended = worker.marks((mark) => isEnd(mark, given));
  const from = now();
  await submit(stand, side, given);
  const [end] = await ended;
  await stand.settled();
  return (end?.at ?? Number.NaN) - from;
}
