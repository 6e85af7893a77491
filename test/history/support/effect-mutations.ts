// Owns what can be wrong with what happened outside (see mutation.ts).
import { sha256 } from "../../../core/digest.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import type { History } from "../../../testing/index.ts";
import type { Mutation } from "./mutation.ts";
import { chained, entryOf, isDone, withData, withEffect, withLog } from "./edit-history.ts";

export const EFFECT_MUTATIONS: readonly Mutation[] = [
  {
    name: "an effect happens twice",
    law: "effect-once",
    says: "done twice",
    mutate: (history) => withEffect(history, isDone, (each) => [each, { ...each, n: 0 }]),
  },
  {
    name: "a second attempt does again what the first has done",
    law: "effect-once",
    says: "done twice",
    mutate: repeated,
  },
  {
    name: "a fenced call is sent twice",
    law: "effect-once",
    says: "sent twice",
    mutate: (history) =>
      withEffect(
        history,
        (each) => isDone(each) && history.tools[each.tool]?.fenced === true,
        (each) => [each, { ...each, n: 0, done: false }],
      ),
  },
  {
    name: "an effect that the log tells of never happened",
    law: "effect-once",
    says: "never done",
    mutate: (history) => withEffect(history, isDone, () => []),
  },
  {
    name: "an effect happened that the log denies",
    law: "effect-once",
    says: "says that it was not",
    mutate: (history) => {
      const keys = new Set(history.effects.filter(isDone).map(({ key }) => key));
      return withData(
        history,
        "tool.returned",
        (data) => ({ ...data, outcome: "cancelled" }) as typeof data,
        ({ data }) => keys.has(sha256(data.operationId)),
      );
    },
  },
  {
    name: "something is undone twice",
    law: "effect-once",
    says: "undone twice",
    mutate: (history) =>
      withEffect(
        history,
        ({ verb }) => verb === "undo",
        (each) => [each, { ...each, n: 0 }],
      ),
  },
  {
    name: "the log says that something was undone that was not",
    law: "effect-once",
    says: "was undone",
    mutate: (history) =>
      withEffect(
        history,
        ({ verb }) => verb === "undo",
        () => [],
      ),
  },
];

/** A recorded second attempt, whose effect happens beside the first one's. */
function repeated(history: History): History | undefined {
  const again = withLog(history, (log, { view }) => {
    const done = entryOf(log, "tool.returned", ({ data }) =>
      history.effects.some(({ key }) => key === sha256(data.operationId)),
    );
    if (done === undefined) return undefined;
    const { step, ordinal } = done.data;
    const operationId = `${view.taskUid}/${step}/${ordinal}/2`;
    const repeat = {
      ...done,
      type: "call.repeated",
      data: { ...done.data, operationId, attempt: 2 },
    };
    return chained([...log, repeat as unknown as TaskEvent]);
  });
  const event = again?.tasks[0]?.log.at(-1);
  if (again === undefined || event?.type !== "call.repeated") return undefined;
  const { step, ordinal } = event.data;
  const first = sha256(`${again.tasks[0]?.view.taskUid}/${step}/${ordinal}/1`);
  const key = sha256(event.data.operationId);
  return withEffect(
    again,
    (each) => each.key === first,
    (each) => [each, { ...each, n: 0, key }],
  );
}
