// Owns what a soak counts, and how it tells it: a line for each round, and a report in the end.
import type { History, Violation } from "../../../testing/index.ts";
import type { Fault } from "./draw-trips.ts";
import { FAULTS, type FaultKind } from "./ground.ts";

export interface RoundPlayed {
  readonly name: string;
  readonly history: History;
  readonly faults: readonly Fault[];
  readonly violations: readonly Violation[];
  readonly tookMs: number;
}

export interface Tally {
  add(round: RoundPlayed): void;
  /** A round that did not come to its end. */
  fail(faults: readonly Fault[]): void;
  report(): SoakReport;
}

export interface SoakReport {
  readonly rounds: number;
  readonly unfinished: number;
  readonly histories: number;
  readonly tasks: number;
  readonly operations: number;
  readonly unanswered: number;
  readonly effects: number;
  /** Requests that the other side had done already. */
  readonly repeatedRequests: number;
  readonly kills: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** How often what a fault leads to is in the logs. */
  readonly seen: Readonly<Record<string, number>>;
  readonly violations: number;
}

/** Of each fault, how many processes it kills. */
const KILLS: Readonly<Partial<Record<FaultKind, number>>> = {
  "worker-kill": 1,
  "server-kill": 1,
  "worker-zombie": 1,
};

const SEEN: readonly string[] = [
  "segment.lost",
  "model.failed",
  "effect.reconciled",
  "effect.stated",
  "call.repeated",
  "effect.compensated",
  "approval.decided",
  "child.started",
  "budget.denied",
];

export function openTally(): Tally {
  const rounds: RoundPlayed["tookMs"][] = [];
  const counts = { unfinished: 0, tasks: 0, operations: 0, unanswered: 0, effects: 0 };
  let [repeatedRequests, violations] = [0, 0];
  const faults = Object.fromEntries(FAULTS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const seen: Record<string, number> = { unknown: 0 };
  for (const type of SEEN) seen[type] = 0;
  const count = (name: string): void => {
    seen[name] = (seen[name] ?? 0) + 1;
  };
  const suffer = (suffered: readonly Fault[]): void => {
    for (const { kind } of suffered) faults[kind] += 1;
  };
  return {
    add: ({ history, faults: suffered, violations: found, tookMs }) => {
      rounds.push(tookMs);
      suffer(suffered);
      violations += found.length;
      counts.tasks += history.tasks.length;
      counts.operations += history.operations.length;
      counts.unanswered += history.operations.filter(isUnanswered).length;
      counts.effects += history.effects.filter(({ done }) => done).length;
      repeatedRequests += history.effects.filter(({ done }) => !done).length;
      for (const { type, data } of history.tasks.flatMap(({ log }) => log)) {
        if (SEEN.includes(type)) count(type);
        if (type === "tool.returned" && data.outcome === "unknown") count("unknown");
      }
    },
    fail: (suffered) => {
      counts.unfinished += 1;
      suffer(suffered);
    },
    report: () => ({
      rounds: rounds.length + counts.unfinished,
      histories: rounds.length,
      ...counts,
      repeatedRequests,
      kills: FAULTS.reduce((sum, kind) => sum + faults[kind] * (KILLS[kind] ?? 0), 0),
      faults,
      seen,
      violations,
    }),
  };
}

function isUnanswered({ answer, refused }: History["operations"][number]): boolean {
  return answer === undefined && refused === undefined;
}

export function tellRound({ name, history, faults, violations, tookMs }: RoundPlayed): string {
  const { operations, effects, tasks } = history;
  const done = effects.filter((each) => each.done).length;
  const parts = [
    `${tasks.length} tasks`,
    `${operations.length} operations`,
    `${done} effects`,
    `${faults.length} faults`,
    `${(tookMs / 1000).toFixed(0)} s`,
  ];
  const verdict = violations.length === 0 ? "allowed" : `${violations.length} VIOLATIONS`;
  return `round ${name}: ${parts.join(", ")}: ${verdict}`;
}

export function tellReport(report: SoakReport): string {
  const { faults, seen, ...totals } = report;
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  return `${list(totals)}\nfaults: ${list(faults)}\nin the logs: ${list(seen)}`;
}
