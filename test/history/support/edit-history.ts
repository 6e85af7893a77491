// Owns the tools with which a history is made wrong: an edited log is chained anew, so that only what
// is meant is wrong with it.
import type { TaskEvent } from "../../../contract/event.ts";
import { GENESIS, sealEvent } from "../../../core/log.ts";
import type {
  History,
  HistoryEffect,
  HistoryOperation,
  HistoryTask,
} from "../../../testing/index.ts";

export type Entry<Type extends TaskEvent["type"]> = Extract<TaskEvent, { readonly type: Type }>;

export function entryOf<Type extends TaskEvent["type"]>(
  log: readonly TaskEvent[],
  type: Type,
  is: (event: Entry<Type>) => boolean = () => true,
): Entry<Type> | undefined {
  return log.find((event): event is Entry<Type> => event.type === type && is(event as Entry<Type>));
}

/** A digest of nothing. */
export const OTHER = "0".repeat(64);

export function isMessage({ kind }: HistoryOperation): boolean {
  return kind === "send";
}

/** Something was done then. */
export function isDone({ done, verb }: HistoryEffect): boolean {
  return done && verb === "do";
}

/** The history with another log of its first task; undefined stays undefined. */
export function withLog(
  history: History,
  edit: (log: readonly TaskEvent[], task: HistoryTask) => readonly TaskEvent[] | undefined,
): History | undefined {
  const [first, ...rest] = history.tasks;
  if (first === undefined) return undefined;
  const log = edit(first.log, first);
  return log === undefined ? undefined : { ...history, tasks: [{ ...first, log }, ...rest] };
}

/** As a single writer would have written these events. */
export function chained(events: readonly TaskEvent[]): readonly TaskEvent[] {
  const log: TaskEvent[] = [];
  let end = { nextSeq: 0, hash: GENESIS, updatedAt: 0 };
  for (const event of events) {
    const { type, data, actor, reason } = event;
    const body = { type, data, actor, ...(reason === undefined ? {} : { reason }) };
    // The type and its data were one event's before.
    const sealed = sealEvent(end, body as TaskEvent, event.at);
    log.push(sealed);
    end = { nextSeq: sealed.seq + 1, hash: sealed.hash, updatedAt: sealed.at };
  }
  return log;
}

/** With other data in the first event of a type, chained anew. */
export function withData<Type extends TaskEvent["type"]>(
  history: History,
  type: Type,
  edit: (data: Entry<Type>["data"]) => Entry<Type>["data"],
  is?: (event: Entry<Type>) => boolean,
): History | undefined {
  return withLog(history, (log) => {
    const found = entryOf(log, type, is);
    if (found === undefined) return undefined;
    const changed = { ...found, data: edit(found.data as Entry<Type>["data"]) } as TaskEvent;
    return chained(log.map((event) => (event === found ? changed : event)));
  });
}

/** Without the first event of a type, chained anew. */
export function without<Type extends TaskEvent["type"]>(
  history: History,
  type: Type,
  is?: (event: Entry<Type>) => boolean,
): History | undefined {
  return withLog(history, (log) => {
    const found = entryOf(log, type, is);
    return found === undefined ? undefined : chained(log.filter((event) => event !== found));
  });
}

/** With the first event of a type once more, at the end. */
export function withAgain<Type extends TaskEvent["type"]>(
  history: History,
  type: Type,
  is?: (event: Entry<Type>) => boolean,
): History | undefined {
  return withLog(history, (log) => {
    const found = entryOf(log, type, is);
    return found === undefined ? undefined : chained([...log, found]);
  });
}

export function withView(history: History, view: Partial<HistoryTask["view"]>): History {
  const [first, ...rest] = history.tasks;
  if (first === undefined) return history;
  return { ...history, tasks: [{ ...first, view: { ...first.view, ...view } }, ...rest] };
}

/** With another form of the first operation that fits. */
export function withOperation(
  history: History,
  is: (operation: HistoryOperation) => boolean,
  edit: (operation: HistoryOperation) => readonly object[],
): History | undefined {
  const found = history.operations.find(is);
  if (found === undefined) return undefined;
  const operations = history.operations.flatMap((each) => (each === found ? edit(each) : [each]));
  return { ...history, operations: operations as readonly HistoryOperation[] };
}

export function withEffect(
  history: History,
  is: (effect: HistoryEffect) => boolean,
  edit: (effect: HistoryEffect) => readonly HistoryEffect[],
): History | undefined {
  const found = history.effects.find(is);
  if (found === undefined) return undefined;
  return {
    ...history,
    effects: history.effects.flatMap((each) => (each === found ? edit(each) : [each])),
  };
}
