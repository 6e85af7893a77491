// Owns which stop holds a call back, and what `stop` and `lift` make of the stops in force.
import type {
  CheckResult,
  LiftInput,
  Stop,
  StopInput,
  StopQuestion,
  StopScope,
} from "../../contract/stop.ts";

/** The oldest stop that is about this call. */
export function checkStops(stops: readonly Stop[], question: StopQuestion): CheckResult {
  const found = stops.find(({ kind, name }) => question[kind] === name);
  if (found === undefined) return { stopped: false };
  const { stopId, kind, name } = found;
  return { stopped: true, stopId, kind, name };
}

/** The stop in force on exactly this. */
export function stopOn(stops: readonly Stop[], scope: StopScope): Stop | undefined {
  return stops.find(({ kind, name }) => kind === scope.kind && name === scope.name);
}

export function acceptedStop(input: StopInput, stopId: string, acceptedAt: number): Stop {
  const { kind, name, reason, by } = input;
  const who = by === undefined ? {} : { by };
  return { stopId, kind, name, status: "accepted", reason, ...who, acceptedAt };
}

export function withoutStop(stops: readonly Stop[], { kind, name }: LiftInput): readonly Stop[] {
  return stops.filter((each) => each.kind !== kind || each.name !== name);
}

export function settledStop(stop: Stop, stoppedAt: number): Stop {
  return { ...stop, status: "stopped", stoppedAt };
}
