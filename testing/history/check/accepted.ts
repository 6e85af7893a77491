// Owns the check that what was accepted is applied once, and nothing that nobody sent (R28, F28,
// F29, F33): messages, cancellations, events.
import { hasEnded } from "../../../contract/status.ts";
import type { HistoryOperation, HistoryTask, OperationOf } from "../history.ts";
import type { Violation } from "../violation.ts";
import { tellEntry, tellOperation, violation } from "../violation.ts";
import type { Indexed } from "./index-history.ts";
import { eventsOf } from "./index-history.ts";

const LAW = "accepted-once";

export function checkAccepted(history: Indexed): readonly Violation[] {
  return [
    ...startsLost(history),
    ...history.sound.flatMap((task) => {
      const operations = history.operationsOf(task);
      return [
        ...messages(task, operations),
        ...starts(task, operations),
        ...turns(task, operations),
        ...cancels(task, operations),
      ];
    }),
    ...events(history),
  ];
}

/** Starts that were answered, of tasks that nobody finds. */
function startsLost({ operations, tasks }: Indexed): readonly Violation[] {
  return operations.flatMap((operation) => {
    const { kind, agent, taskId, answer } = operation;
    if ((kind !== "start" && kind !== "ask") || answer === undefined) return [];
    if (tasks.some((task) => task.agent === agent && task.taskId === taskId)) return [];
    return [violation(LAW, "the task is not there", [tellOperation(operation)], operation)];
  });
}

type Message = OperationOf<"start" | "send" | "ask">;

function messagesIn(operations: readonly HistoryOperation[]): readonly Message[] {
  return operations.flatMap((each) =>
    each.kind === "start" || each.kind === "send" || each.kind === "ask" ? [each as Message] : [],
  );
}

function messages(
  task: HistoryTask,
  operations: readonly HistoryOperation[],
): readonly Violation[] {
  const sent = Map.groupBy(messagesIn(operations), ({ said }) => said.messageId);
  const received = Map.groupBy(eventsOf(task, "message.received"), ({ data }) => data.messageId);
  const queued = Map.groupBy(eventsOf(task, "message.queued"), ({ data }) => data.messageId);
  const refused = Map.groupBy(eventsOf(task, "message.refused"), ({ data }) => data.messageId);
  const retried = eventsOf(task, "message.retried");
  const found: Violation[] = [];
  for (const [id, calls] of sent) {
    const accepted = calls.filter(({ answer }) => answer !== undefined);
    const isThere = [received, queued, refused].some((each) => each.has(id));
    const by = (accepted.length > 0 ? accepted : calls).map(tellOperation);
    if (accepted.length > 0 && !isThere)
      found.push(violation(LAW, "an accepted message is not in the log", by, task));
    const isOut = calls.every(({ refused: code }) => code !== undefined);
    if (isOut && isThere) found.push(violation(LAW, "a refused message was applied", by, task));
    if (isForgotten(task, id, { received, queued }))
      found.push(violation(LAW, "a kept message was never taken in", by, task));
  }
  for (const [id, entries] of [...received, ...queued]) {
    const calls = sent.get(id) ?? [];
    const allowed = 1 + retried.filter(({ data }) => data.messageId === id).length;
    const by = [...calls.map(tellOperation), ...entries.map(tellEntry)];
    if (entries.length > allowed)
      found.push(violation(LAW, "a message was applied twice", by, task));
    const isOurs = entries.some(({ data }) => data.asked === undefined);
    const isSaid = calls.some(({ said }) =>
      entries.some(({ data }) => data.digest === said.digest),
    );
    if (isOurs && !isSaid)
      found.push(violation(LAW, "a message is in the log that nobody has sent", by, task));
  }
  return found;
}

/** One that was put off and is neither kept any more nor taken in, of a task that lives. */
function isForgotten(
  { view }: HistoryTask,
  id: string,
  log: {
    readonly received: ReadonlyMap<string, unknown>;
    readonly queued: ReadonlyMap<string, unknown>;
  },
): boolean {
  const isKept = (view.kept ?? 0) > 0 || hasEnded(view.status);
  return log.queued.has(id) && !log.received.has(id) && !isKept;
}

/** However often it was started: one task, made once. */
function starts(task: HistoryTask, operations: readonly HistoryOperation[]): readonly Violation[] {
  const answered = messagesIn(operations).filter(({ answer }) => answer !== undefined);
  const others = answered.filter(({ answer }) => answer?.taskUid !== task.view.taskUid);
  const created = answered.filter(
    ({ answer }) => answer !== undefined && "created" in answer && answer.created,
  );
  const wrong = (problem: string, by: readonly Message[]) =>
    violation(LAW, problem, by.map(tellOperation), task);
  return [
    ...others.map((each) => wrong("it was answered for another task", [each])),
    ...(created.length > 1 ? [wrong("the task was made twice", created)] : []),
  ];
}

/** What `ask` answered is what the log says of the message's turn. */
function turns(task: HistoryTask, operations: readonly HistoryOperation[]): readonly Violation[] {
  const received = eventsOf(task, "message.received");
  const ends = task.log.flatMap((event) =>
    event.type === "turn.completed" || event.type === "turn.failed" ? [event] : [],
  );
  return operations.flatMap((operation) => {
    if (operation.kind !== "ask" || operation.answer?.turn === undefined) return [];
    const { turn } = operation.answer;
    const end = ends.find(({ data }) => data.turn === turn.turn);
    const isItsTurn = received.some(
      ({ data }) => data.messageId === operation.said.messageId && data.turn === turn.turn,
    );
    const result = end?.type === "turn.completed" ? "completed" : "failed";
    const said = end?.type === "turn.completed" ? end.data.answer : undefined;
    const isSame = said === undefined || !("text" in said) || said.text === turn.answer;
    if (isItsTurn && result === turn.result && isSame) return [];
    const by = [tellOperation(operation), ...(end === undefined ? [] : [tellEntry(end)])];
    return [violation(LAW, "it was answered otherwise than the turn has ended", by, task)];
  });
}

function cancels(task: HistoryTask, operations: readonly HistoryOperation[]): readonly Violation[] {
  const accepted = operations.filter(
    ({ kind, answer }) => kind === "cancel" && answer !== undefined,
  );
  const isThere = task.log.some(
    ({ type }) =>
      type === "cancel.requested" || type === "retire.requested" || type === "task.killed",
  );
  if (isThere || accepted.length === 0 || hasEnded(task.view.status)) return [];
  return [
    violation(LAW, "an accepted cancel is not in the log", accepted.map(tellOperation), task),
  ];
}

/** An event that was delivered ended a wait, unless the wait ended otherwise at the same time. */
function events({ operations, sound }: Indexed): readonly Violation[] {
  const published = operations.flatMap((each) => (each.kind === "publish" ? [each] : []));
  const ends = sound.flatMap((task) =>
    eventsOf(task, "tool.returned").map((event) => ({ task, event })),
  );
  const byEvent = Map.groupBy(
    ends.filter(({ event }) => event.data.eventId !== undefined),
    ({ event }) => event.data.eventId ?? "",
  );
  const found: Violation[] = [];
  for (const [id, taken] of byEvent) {
    const calls = published.filter(({ said }) => said.eventId === id);
    const [first] = taken;
    if (calls.length === 0)
      found.push(violation(LAW, `nobody has published the event ${id}`, [], first?.task));
    const waits = calls.reduce((sum, { answer }) => sum + (answer?.waits ?? 0), 0);
    const isKnown = calls.every(({ answer }) => answer !== undefined && answer.result !== "kept");
    if (isKnown && taken.length > waits)
      found.push(
        violation(
          LAW,
          "an event ended more waits than it was delivered to",
          calls.map(tellOperation),
          first?.task,
        ),
      );
  }
  const isEndedOtherwise = ends.some(
    ({ event: { data } }) =>
      data.outcome === "cancelled" || data.via === "withdrawal" || data.via === "deadline",
  );
  if (isEndedOtherwise) return found;
  const lost = published.filter(
    ({ said, answer }) => answer?.result === "delivered" && !byEvent.has(said.eventId),
  );
  return [
    ...found,
    ...lost.map((each) => violation(LAW, "a delivered event ended no wait", [tellOperation(each)])),
  ];
}
