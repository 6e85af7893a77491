// Owns what can be wrong with a log and its order (see mutation.ts).
import type { Mutation } from "./mutation.ts";
import { isMessage, OTHER, withAgain, withLog, withOperation } from "./edit-history.ts";

const CHAIN: readonly Mutation[] = [
  {
    name: "an entry was changed",
    law: "chain",
    says: "entry 3",
    mutate: (history) =>
      withLog(history, (log) =>
        log.map((each) => (each.seq === 3 ? { ...each, reason: "x" } : each)),
      ),
  },
  {
    name: "an entry was dropped",
    law: "chain",
    says: "entry 3",
    mutate: (history) => withLog(history, (log) => log.filter(({ seq }) => seq !== 3)),
  },
  {
    name: "two entries changed places",
    law: "chain",
    says: "entry 1",
    mutate: (history) =>
      withLog(history, ([a, b, c, ...rest]) =>
        [a, c, b, ...rest].filter((each) => each !== undefined),
      ),
  },
];

export const ORDER_MUTATIONS: readonly Mutation[] = [
  ...CHAIN,
  {
    name: "two messages stand in the other order than they were accepted in",
    law: "one-order",
    says: "was accepted before",
    mutate: (history) => {
      const [first, second] = history.operations.filter(isMessage);
      if (first === undefined || second === undefined) return undefined;
      const { said, calledAt: later, returnedAt: ended = later } = second;
      const swapped = { ...first, calledAt: ended + 1, returnedAt: ended + 2 };
      return said === first.said
        ? undefined
        : withOperation(
            history,
            (each) => each === first,
            () => [swapped],
          );
    },
  },
  {
    name: "the task starts twice",
    law: "one-order",
    says: "starts once",
    mutate: (history) => withAgain(history, "task.started"),
  },
  {
    name: "a step is recorded twice",
    law: "one-order",
    says: "not numbered on",
    mutate: (history) => withAgain(history, "model.answered"),
  },
  {
    name: "an operation has two outcomes",
    law: "one-order",
    says: "two outcomes",
    mutate: (history) =>
      withAgain(history, "tool.returned", ({ data }) => data.outcome !== "unknown"),
  },
  {
    name: "a read saw more than a later one",
    law: "one-order",
    says: "had seen more",
    mutate: (history) => {
      const last = (history.tasks[0]?.log.length ?? 0) - 1;
      const early = history.operations.filter(
        ({ kind, answer }) => kind === "read" && answer !== undefined && answer.cursor < last,
      );
      if (early.length < 2) return undefined;
      return withOperation(
        history,
        (each) => each === early[0],
        (each) => [{ ...each, answer: { cursor: last } }],
      );
    },
  },
  {
    name: "a read saw what is not in the log",
    law: "one-order",
    says: "not in the log",
    mutate: (history) =>
      withOperation(
        history,
        ({ kind, answer }) => kind === "read" && answer?.hash !== undefined,
        (each) => [{ ...each, answer: { ...(each.answer as object), hash: OTHER } }],
      ),
  },
  {
    name: "a message was read before it was sent",
    law: "one-order",
    says: "before it was sent",
    mutate: (history) => {
      const end = Math.max(...history.operations.map(({ returnedAt = 0 }) => returnedAt));
      return withOperation(history, isMessage, (each) => [
        { ...each, calledAt: end + 1, returnedAt: end + 2 },
      ]);
    },
  },
  {
    name: "two tasks have one identity",
    law: "one-order",
    says: "taskUid",
    mutate: (history) => ({
      ...history,
      tasks: history.tasks.flatMap((task) => [task, { ...task, taskId: `${task.taskId}-again` }]),
    }),
  },
];
