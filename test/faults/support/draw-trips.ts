// Owns what a round of faults is made of, drawn from a seed: trips with something of everything, and
// faults with their times. The same seed draws the same; when what meets what is the machine's.
import { mulberry } from "../../cleanup/choice.ts";
import type { Choice, Trip } from "./drive.ts";
import { FAULTS, type FaultKind } from "./ground.ts";

export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds: how long after the fault before, and how long it lasts. */
  readonly afterMs: number;
  readonly ms: number;
}

export interface Round {
  readonly trips: readonly Trip[];
  readonly faults: readonly Fault[];
}

export interface RoundSize {
  readonly trips: number;
  /** So many of any kind, or these. */
  readonly faults: number | readonly FaultKind[];
  /** Tools that are left out. */
  readonly without?: readonly string[];
}

const CALLS: readonly [string, ...string[]] = [
  "look",
  "look",
  "mail",
  "run",
  "admin",
  "book",
  "wire",
  "burn",
  "pay",
  "pay",
  "sleep",
  "hear",
  "give",
];
/** A process that dies is what matters most. */
const OFTEN = [
  ...FAULTS,
  "worker-kill",
  "server-kill",
  "worker-zombie",
] as const satisfies readonly [FaultKind, ...FaultKind[]];
const GIVEN = ["mail", "pay", "run", "wire"] as const;

export function drawRound(seed: number, name: string, size: RoundSize): Round {
  const choose = mulberry(seed);
  const range = (from: number, to: number): number =>
    choose(Array.from({ length: to - from + 1 }, (_, n) => from + n) as [number, ...number[]]);
  let drawn = 0;
  const call = (): string => {
    const tool = choose(CALLS);
    if (size.without?.includes(tool)) return call();
    drawn += 1;
    const what = `${name}-${drawn}`;
    if (tool === "sleep") return `sleep ${range(1, 3)}`;
    if (tool === "give") {
      const given = choose(GIVEN);
      return size.without?.includes(given) ? call() : `give ${given} ${what}`;
    }
    return `${tool} ${what}`;
  };
  const times = <T>(count: number, draw: () => T): readonly T[] =>
    Array.from({ length: count }, draw);
  const trip = (_: unknown, n: number): Trip => ({
    taskId: `${name}-${n}`,
    plan: times(range(1, 4), () => [...new Set(times(range(1, 4), call))]),
    decisions: times(range(1, 3), () => choose<Choice>(["approve", "approve", "reject", "edit"])),
    messages: times(range(0, 2), () => {
      drawn += 1;
      return { id: `m-${name}-${drawn}`, mode: choose(["steer", "queue"] as const) };
    }),
    end: choose(["rest", "rest", "rest", "complete", "complete", "cancel", "cancel"] as const),
    cancelAt: range(1, 4),
    rivals: choose([true, false]),
  });
  const fault = (kind: FaultKind): Fault => ({
    kind,
    afterMs: range(2, 12) * 100,
    ms: range(1, 10) * 100,
  });
  return {
    trips: Array.from({ length: size.trips }, trip),
    faults:
      typeof size.faults === "number"
        ? times(size.faults, () => fault(choose(OFTEN)))
        : size.faults.map(fault),
  };
}
