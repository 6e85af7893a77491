// Owns the laws that a history is held to, and how a breach of one is told.
import type { HistoryEffect, HistoryOperation, HistoryTask } from "./history.ts";

export const HISTORY_LAWS = [
  /** One writer and one total order per task, which agrees with what clients saw, and when. */
  "one-order",
  /** The log of each task is whole: nothing changed, dropped or put in between. */
  "chain",
  /** What was accepted is applied once: messages, cancellations, events. */
  "accepted-once",
  /** No effect twice, none that the log does not know, and none missing that it tells of. */
  "effect-once",
  /** No effect without a grant, an approval of exactly it, and a task that may still act. */
  "authority",
  /** One decision for each approval, and one execution at most. */
  "approval-once",
  /** Every task has ended, rests, or is parked with something open that it waits for. */
  "legal-end",
  /** No budget was ever above its limit, and no reservation counted twice. */
  "budget",
  /** Nothing is left of what has ended. */
  "nothing-leaked",
] as const;
export type HistoryLaw = (typeof HISTORY_LAWS)[number];

/** A law that a history breaks. */
export interface Violation {
  readonly law: HistoryLaw;
  readonly problem: string;
  /** `<agent>/<taskId>`, where it is about one task. */
  readonly task?: string;
  /** By what: `#3 send` of the clients, `effect 2` of the outside, `entry 17` of the task's log. */
  readonly by: readonly string[];
}

type Named = Pick<HistoryTask, "agent" | "taskId">;

export function violation(
  law: HistoryLaw,
  problem: string,
  by: readonly string[] = [],
  task?: Named,
): Violation {
  return { law, problem, by, ...(task === undefined ? {} : { task: nameOf(task) }) };
}

export function nameOf({ agent, taskId }: Named): string {
  return `${agent}/${taskId}`;
}

export function tellOperation({ n, kind }: Pick<HistoryOperation, "n" | "kind">): string {
  return `#${n} ${kind}`;
}

export function tellEffect({ n }: Pick<HistoryEffect, "n">): string {
  return `effect ${n}`;
}

export function tellEntry({ seq }: { readonly seq: number }): string {
  return `entry ${seq}`;
}

/** One line for a person. */
export function tellViolation({ law, problem, task, by }: Violation): string {
  const where = task === undefined ? "" : ` of ${task}`;
  return `${law}${where}: ${problem}${by.length === 0 ? "" : ` (${by.join(", ")})`}`;
}
