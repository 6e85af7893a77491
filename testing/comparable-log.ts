// Owns what makes the logs of two runs of one scenario comparable: the identities and times that
// every run makes anew are replaced, and nothing else.
import type { EventType, TaskEvent } from "../contract/event.ts";

export interface ComparableEvent {
  readonly type: EventType;
  readonly actor: TaskEvent["actor"];
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Made by clocks. */
const TIMES = [
  "at",
  "startedAt",
  "durationMs",
  "wakeAt",
  "since",
  "notBefore",
  "retryAt",
  "askAt",
  "requestedAt",
  "expiresAt",
];
/** Made anew by every run, or of what is. */
const IDENTITIES = ["invocationId", "awakeableId", "contextDigest", "approvalId", "receiptId"];

/**
 * The log without what differs between two runs that did the same: times, hashes, and made-up
 * ids, which are replaced by `1`, `2`, ... in the order in which they appear. Tools that were
 * called side by side return in any order; theirs is that of the calls here.
 */
export function comparableLog(log: readonly TaskEvent[]): readonly ComparableEvent[] {
  const names = new Map<unknown, string>();
  const nameOf = (value: unknown): string => {
    const name = names.get(value) ?? String(names.size + 1);
    names.set(value, name);
    return name;
  };
  const events = inCallOrder(log).map(({ type, actor, reason, data }) => ({
    type,
    actor,
    ...(reason === undefined ? {} : { reason }),
    data: comparableData(type, data, nameOf),
  }));
  return events;
}

function comparableData(
  type: EventType,
  data: object,
  nameOf: (value: unknown) => string,
): Readonly<Record<string, unknown>> {
  // An approval's digest is of the task's own identity; a message's is of its content.
  const identities = type.startsWith("approval.") ? [...IDENTITIES, "digest"] : IDENTITIES;
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
      if (TIMES.includes(key)) return [];
      if (key === "operationId" || key === "approvedAs") return [[key, withoutTask(String(value))]];
      if (type === "task.cancelled" && Array.isArray(value)) {
        return [[key, value.map((id) => withoutTask(String(id)))]];
      }
      if (key === "receipt" || key === "edited")
        return [[key, comparableData(type, value as object, nameOf)]];
      if (key === "compensation") return [[key, comparableData(type, value as object, nameOf)]];
      if (key === "effects" && Array.isArray(value)) {
        return [[key, value.map((each: object) => comparableData(type, each, nameOf))]];
      }
      return [[key, identities.includes(key) ? nameOf(value) : value]];
    }),
  );
}

/** `taskUid/step/ordinal/attempt` without the first. */
function withoutTask(operationId: string): string {
  return operationId.slice(operationId.indexOf("/") + 1);
}

/** The returns that stand next to each other, in the order of their calls. */
function inCallOrder(log: readonly TaskEvent[]): readonly TaskEvent[] {
  const ordered: TaskEvent[] = [];
  let returns: Extract<TaskEvent, { type: "tool.returned" }>[] = [];
  const flush = (): void => {
    ordered.push(...returns.toSorted((a, b) => a.data.ordinal - b.data.ordinal));
    returns = [];
  };
  for (const event of log) {
    if (event.type === "tool.returned") {
      returns.push(event);
      continue;
    }
    flush();
    ordered.push(event);
  }
  flush();
  return ordered;
}
