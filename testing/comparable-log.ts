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
  "foundAt",
  "notBefore",
  "retryAt",
  "askAt",
  "requestedAt",
  "expiresAt",
  "lastedMs",
  "deadlineAt",
  "until",
];
const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/;
const ALL_TIMES = new RegExp(ISO_TIME, "g");
/** Made of the identity of its parent's. */
const CHILDREN = /child-[0-9a-f]{32}/g;
/** What holds times, in fields or in what the model reads. */
const NAMING_TIMES = ["wait", "ran", "answer", "result", "message", "report"];
/** Made anew by every run, or of what is. */
const IDENTITIES = [
  "taskUid",
  "invocationId",
  "awakeableId",
  "contextDigest",
  "approvalId",
  "receiptId",
  "approvalDigest",
];

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
  // What the model is told of a wait names times, so its requests differ.
  const waits = log.some(
    ({ type, data }) =>
      type === "wait.opened" || ("message" in data && ISO_TIME.test(data.message ?? "")),
  );
  const events = inCallOrder(log).map(({ type, actor, reason, data }) => ({
    type,
    actor,
    ...(reason === undefined ? {} : { reason }),
    data: comparableData(type, data, nameOf, waits ? ["requestDigest"] : []),
  }));
  return events;
}

function comparableData(
  type: EventType,
  data: object,
  nameOf: (value: unknown) => string,
  more: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  // An approval's digest is of the task's own identity; a message's is of its content.
  const identities = /^(approval|extension|review)\./.test(type)
    ? [...IDENTITIES, "digest"]
    : [...IDENTITIES, ...more];
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
      if (TIMES.includes(key)) return [];
      if (["parent", "budgetParent", "child"].includes(key))
        return [[key, comparableRelative(value as object)]];
      if (key === "taskId") return [[key, withoutTimes(value)]];
      // A parent's call is the message that it sends.
      if (key === "messageId") return [[key, String(value).replace(/^[^/]*\//, "")]];
      if (key === "operationId" || key === "approvedAs") return [[key, withoutTask(String(value))]];
      if (type === "task.cancelled" && Array.isArray(value)) {
        return [[key, value.map((id) => withoutTask(String(id)))]];
      }
      if (["receipt", "edited", "authority", "notice"].includes(key))
        return [[key, comparableData(type, value as object, nameOf)]];
      // A hash is of the log, and so of its times.
      if (type === "extension.requested" && key === "evidence") return [];
      if (type.startsWith("budget.")) return [[key, comparableAmounts(key, value)]];
      if (key === "compensation") return [[key, comparableData(type, value as object, nameOf)]];
      if (key === "effects" && Array.isArray(value)) {
        return [[key, value.map((each: object) => comparableData(type, each, nameOf))]];
      }
      if (NAMING_TIMES.includes(key)) return [[key, withoutTimes(value)]];
      return [[key, identities.includes(key) ? nameOf(value) : value]];
    }),
  );
}

/** Of a budget's event: what clocks have counted is left out, and what is of the task's own identity. */
function comparableAmounts(key: string, value: unknown): unknown {
  if (key === "calls" && Array.isArray(value)) {
    return value.map((each: { readonly operationId: string }) => {
      return { ...each, operationId: withoutTask(each.operationId) };
    });
  }
  if (key !== "used" || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => name !== "wallMs"));
}

function withoutTimes(value: unknown): unknown {
  if (typeof value === "string")
    return value.replace(ALL_TIMES, "<time>").replace(CHILDREN, "<child>");
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !TIMES.includes(key));
  return Object.fromEntries(
    entries.map(([key, each]) => [
      key,
      key === "operationId" ? withoutTask(String(each)) : withoutTimes(each),
    ]),
  );
}

/** Another task of the family, without what it was named in this run. */
function comparableRelative(relative: object): object {
  const entries = Object.entries(relative).filter(
    ([key]) => !["taskId", "taskUid", "ancestors"].includes(key),
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      key === "operationId" ? withoutTask(String(value)) : (value as unknown),
    ]),
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
