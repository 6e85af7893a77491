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
  const found = stops.find(
    ({ kind, name, tenant }) =>
      question[kind] === name && (tenant === undefined || tenant === question.tenant),
  );
  if (found === undefined) return { stopped: false };
  const { stopId, kind, name } = found;
  return { stopped: true, stopId, kind, name };
}

/** The stop in force on exactly this. */
export function stopOn(stops: readonly Stop[], scope: StopScope): Stop | undefined {
  return stops.find((each) => isSame(each, scope));
}

function isSame(one: StopScope, other: StopScope): boolean {
  return one.kind === other.kind && one.name === other.name && one.tenant === other.tenant;
}

/** What of an input says what is stopped. */
export function scopeOf({ kind, name, tenant }: StopScope): StopScope {
  return { kind, name, ...(tenant === undefined ? {} : { tenant }) };
}

export function acceptedStop(input: StopInput, stopId: string, acceptedAt: number): Stop {
  const { reason, by } = input;
  const who = by === undefined ? {} : { by };
  return { stopId, ...scopeOf(input), status: "accepted", reason, ...who, acceptedAt };
}

export function withoutStop(stops: readonly Stop[], scope: LiftInput): readonly Stop[] {
  return stops.filter((each) => !isSame(each, scope));
}

export function settledStop(stop: Stop, stoppedAt: number): Stop {
  return { ...stop, status: "stopped", stoppedAt };
}
