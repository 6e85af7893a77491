// Owns bringing a task of either side to where something of it is in flight, and what people then say
// to it: each verb, from the request until it is applied.
import { randomUUID } from "node:crypto";
import type { StatusView } from "../contract/index.ts";
import { now } from "./clock.ts";
import type { Mark, Orders } from "./orders.ts";
import { until } from "./restate-calls.ts";
import type { Side } from "./sides.ts";
import type { Stand } from "./stand.ts";
import type { WorkerProcess } from "./worker-process.ts";

export const PHASES = ["tool", "model", "pause", "backoff"] as const;
export type Phase = (typeof PHASES)[number];
export const VERBS = ["pause", "steer", "interrupt", "cancel"] as const;
export type Verb = (typeof VERBS)[number];

/**
 * What is not measured: a message that steers waits for a model's answer, which is paid for, and for a
 * segment that fails; the hand-written object's command waits for an action that the engine retries.
 */
export function isMeasured(side: Side, phase: Phase, verb: Verb): boolean {
  if (phase === "backoff") return side === "holdfast" && verb !== "steer";
  return side === "baseline" ? verb !== "interrupt" : phase !== "model" || verb !== "steer";
}

/** Milliseconds until the verb is applied, of a task of its own. */
export async function timeVerb(
  stand: Stand,
  worker: WorkerProcess,
  side: Side,
  phase: Phase,
  verb: Verb,
): Promise<number> {
  const given: Orders = { label: randomUUID(), steps: 0, markAll: false, stop: phase };
  const isBegin = ({ kind, label }: Mark): boolean =>
    label === given.label && kind === BEGINS[phase];
  const begun = worker.marks(isBegin, phase === "backoff" ? 2 : 1);
  if (side === "baseline") await stand.send(`BaselineControl/${given.label}/work`, given);
  else await stand.call(`slow/${given.label}/start`, { message: JSON.stringify(given) });
  await begun;
  const from = now();
  if (side === "baseline") await stand.call(`BaselineControl/${given.label}/command`, { verb });
  else await apply(stand, given, verb);
  const took = now() - from;
  if (side === "holdfast") await end(stand, given);
  await stand.settled();
  return took;
}

/** What marks that it is in flight; the second failure shows that the engine tries again. */
const BEGINS: Readonly<Record<Phase, Mark["kind"]>> = {
  tool: "tool",
  model: "model",
  pause: "model",
  backoff: "failed",
};

const SAID = { reason: "The bench wants it.", by: "bench" };

async function apply(stand: Stand, { label }: Orders, verb: Verb): Promise<void> {
  const task = `slow/${label}`;
  const message = JSON.stringify({ label, steps: 0 });
  switch (verb) {
    case "pause":
      return applied(await stand.call(`${task}/pause`, { ...SAID, when: "now" }));
    case "steer":
    case "interrupt":
      return applied(await stand.call(`${task}/send`, { message, mode: verb, wait: "applied" }));
    case "cancel":
      // It answers at once; the status says when it is applied.
      await stand.call(`${task}/cancel`, SAID);
      return until("the task is cancelled", () => isEnding(stand, task), ASK_AGAIN_MS);
  }
}

const ASK_AGAIN_MS = 1;

function applied(answer: unknown): void {
  const { result } = answer as { readonly result: string };
  if (result !== "applied") throw new Error(`the verb was ${result}, and not applied`);
}

async function isEnding(stand: Stand, task: string): Promise<boolean> {
  const { status } = (await stand.call(`${task}/status`)) as StatusView;
  return status === "cancelling" || status === "cancelled";
}

/** The next task finds a quiet machine. */
async function end(stand: Stand, { label }: Orders): Promise<void> {
  const task = `slow/${label}`;
  if (!(await isEnding(stand, task))) await stand.call(`${task}/cancel`, SAID);
  await until("the task has ended", async () => {
    const { status } = (await stand.call(`${task}/status`)) as StatusView;
    return status === "cancelled";
  });
}
