// Owns which waits a segment has begun, as its events say it. A wait has no span of its length, which may
// be weeks: its span is the instant at which it began, and the segment that goes on is linked to this one.
import type { TaskEvent } from "../contract/event.ts";
import { waitPart } from "../core/wait/wait-terms.ts";

export interface BegunWait {
  /** Such as `approval` or `provider`. */
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When it ends by itself. */
  readonly until?: number | undefined;
  /** Absent where the whole task waits for something that is no operation, such as a provider. */
  readonly operationId?: string;
}

/** A park for what is told as an operation's is not told twice. */
export function waitsIn(events: readonly TaskEvent[]): readonly BegunWait[] {
  const operations = events.flatMap(operationWait);
  const kinds = new Set(operations.map(({ kind }) => kind));
  const parks = events.flatMap(parkWait);
  return [...operations, ...parks.filter(({ kind }) => !kinds.has(kind))];
}

function operationWait(event: TaskEvent): readonly BegunWait[] {
  const { at } = event;
  if (event.type === "wait.opened") {
    const { operationId, wait } = event.data;
    return [{ kind: wait.kind, at, until: waitPart(wait, event.seq).endsAt, operationId }];
  }
  if (event.type === "approval.requested") {
    const { operationId, expiresAt: until } = event.data;
    return [{ kind: "approval", at, until, operationId }];
  }
  return [];
}

function parkWait(event: TaskEvent): readonly BegunWait[] {
  if (event.type !== "task.parked") return [];
  const { status, wakeAt } = event.data;
  return [{ kind: status.replace(/^waiting-/, ""), at: event.at, until: wakeAt }];
}
