// Owns the check that each task has one writer and one total order (R28, F29). The log *is* the order
// that the task claims, so none has to be searched for: it is enough that the claim agrees with
// what clients saw, and with which call had returned before another began (linearizability with a
// witness). Messages are a queue, reads are reads of a register: the position of the last entry.
import type { TaskEvent } from "../../../contract/event.ts";
import type { HistoryOperation, HistoryTask, OperationOf } from "../history.ts";
import type { HistoryLaw, Violation } from "../violation.ts";
import { tellEntry, tellOperation, violation } from "../violation.ts";
import type { Indexed } from "./index-history.ts";
import { eventsOf } from "./index-history.ts";

export function checkChains({ broken }: Indexed): readonly Violation[] {
  return broken.map(({ task, wrong }) =>
    violation("chain", wrong.problem, [tellEntry(wrong)], task),
  );
}

const LAW: HistoryLaw = "one-order";

export function checkOrder(history: Indexed): readonly Violation[] {
  const owners = Map.groupBy(history.sound, ({ view }) => view.taskUid);
  const shared = [...owners.values()].flatMap(([first, second]) =>
    first !== undefined && second !== undefined
      ? [violation(LAW, `it has the taskUid of ${second.agent}/${second.taskId}`, [], first)]
      : [],
  );
  return [
    ...shared,
    ...history.sound.flatMap((task) => [
      ...oneWriter(task),
      ...agreesWithClients(task, history.operationsOf(task)),
    ]),
  ];
}

/** What two writers would leave: two beginnings, a step or an outcome twice, time that goes back. */
function oneWriter(task: HistoryTask): readonly Violation[] {
  const { log } = task;
  const wrong = (problem: string, at: readonly TaskEvent[]): Violation =>
    violation(LAW, problem, at.map(tellEntry), task);
  const starts = log.filter(({ type, seq }) => type === "task.started" && seq > 0);
  const first = log[0]?.type === "task.started" ? [] : log.slice(0, 1);
  const back = log.filter(({ at }, index) => at < (log[index - 1]?.at ?? 0));
  return [
    ...[...first, ...starts].map((each) => wrong("a task starts once, first of all", [each])),
    ...back.map((each) => wrong("time goes back", [each])),
    ...rising(
      task,
      eventsOf(task, "segment.started").map((each) => [each.data.segment, each]),
    ),
    ...rising(
      task,
      eventsOf(task, "model.answered").map((each) => [each.data.step, each]),
    ),
    ...outcomes(task).map((each) => wrong("an operation has two outcomes", each)),
  ];
}

function rising(
  task: HistoryTask,
  events: readonly (readonly [number: number, event: TaskEvent])[],
): readonly Violation[] {
  return events.flatMap(([number, event], index) => {
    const [before, earlier] = events[index - 1] ?? [];
    if (before === undefined || earlier === undefined || before < number) return [];
    const by = [earlier, event].map(tellEntry);
    return [violation(LAW, `${event.type} is not numbered on`, by, task)];
  });
}

/** Pairs of outcomes of one operation; `unknown` is none yet. */
function outcomes(task: HistoryTask): readonly (readonly TaskEvent[])[] {
  const known = eventsOf(task, "tool.returned").filter(({ data }) => data.outcome !== "unknown");
  const byOperation = Map.groupBy(known, ({ data }) => data.operationId);
  return [...byOperation.values()].filter((each) => each.length > 1);
}

/** A write that was accepted and has its place, or a read that was answered. */
interface Seen {
  readonly operation: HistoryOperation;
  readonly place: number;
  readonly writes: boolean;
}

function agreesWithClients(
  task: HistoryTask,
  operations: readonly HistoryOperation[],
): readonly Violation[] {
  const places = placesOf(task);
  const writes = writesOf(operations, places);
  const reads = operations.flatMap((operation): readonly Seen[] =>
    operation.kind === "read" && operation.answer !== undefined
      ? [{ operation, place: operation.answer.cursor, writes: false }]
      : [],
  );
  return [
    ...reads.flatMap(({ operation }) => changedSince(task, operation as OperationOf<"read">)),
    ...outOfOrder(task, writes, "was accepted before, and stands behind it"),
    ...outOfOrder(task, reads, "had seen more of the log before"),
    ...fromTheFuture(task, reads, writes),
  ];
}

/** Where each message has its place: the first entry about it. */
function placesOf({ log }: HistoryTask): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const { type, data, seq } of log) {
    const isAbout =
      type === "message.received" || type === "message.queued" || type === "message.refused";
    if (isAbout && !places.has(data.messageId)) places.set(data.messageId, seq);
  }
  return places;
}

/** Of each message: the first call and the first answer, whichever of its repeats that was. */
function writesOf(
  operations: readonly HistoryOperation[],
  places: ReadonlyMap<string, number>,
): readonly Seen[] {
  const messages = operations.flatMap((each) =>
    each.kind === "start" || each.kind === "send" || each.kind === "ask" ? [each] : [],
  );
  return [...Map.groupBy(messages, ({ said }) => said.messageId)].flatMap(([id, sent]) => {
    const place = places.get(id);
    const [first] = sent.toSorted((a, b) => a.calledAt - b.calledAt);
    if (place === undefined || first === undefined) return [];
    const answers = sent.flatMap(({ answer, returnedAt }) =>
      answer === undefined || returnedAt === undefined ? [] : [returnedAt],
    );
    const { returnedAt: _, ...called } = first;
    const returned = answers.length === 0 ? {} : { returnedAt: Math.min(...answers) };
    return [{ operation: { ...called, ...returned }, place, writes: true }];
  });
}

function changedSince(task: HistoryTask, read: OperationOf<"read">): readonly Violation[] {
  const { answer } = read;
  if (answer === undefined) return [];
  const entry = task.log[answer.cursor];
  const isThere = entry !== undefined && (answer.hash ?? entry.hash) === entry.hash;
  if (isThere) return [];
  const by = [tellOperation(read), `entry ${answer.cursor}`];
  return [violation(LAW, "a client has read what is not in the log", by, task)];
}

/** Each must not stand before one that had returned when it was called. */
function outOfOrder(
  task: HistoryTask,
  seen: readonly Seen[],
  problem: string,
): readonly Violation[] {
  const ended = seen.filter(({ operation }) => operation.returnedAt !== undefined);
  const byReturn = ended.toSorted((a, b) => returnOf(a) - returnOf(b));
  const found: Violation[] = [];
  let index = 0;
  let furthest: Seen | undefined;
  for (const each of seen.toSorted((a, b) => a.operation.calledAt - b.operation.calledAt)) {
    for (let next = byReturn[index]; next !== undefined; next = byReturn[index]) {
      if (returnOf(next) >= each.operation.calledAt) break;
      if (furthest === undefined || next.place > furthest.place) furthest = next;
      index += 1;
    }
    if (furthest === undefined || furthest.place <= each.place) continue;
    const by = [furthest, each].map(({ operation }) => tellOperation(operation));
    found.push(violation(LAW, `${by[0]} ${problem}`, by, task));
  }
  return found;
}

function returnOf({ operation }: Seen): number {
  return operation.returnedAt ?? Infinity;
}

/** No read has seen a message before it was sent. */
function fromTheFuture(
  task: HistoryTask,
  reads: readonly Seen[],
  writes: readonly Seen[],
): readonly Violation[] {
  return writes.flatMap(({ operation, place }) => {
    const before = reads.find((read) => read.place >= place && returnOf(read) < operation.calledAt);
    if (before === undefined) return [];
    const by = [tellOperation(before.operation), tellOperation(operation)];
    return [violation(LAW, "a message was read before it was sent", by, task)];
  });
}
