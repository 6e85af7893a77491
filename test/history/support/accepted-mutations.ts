// Owns what can be wrong with what was accepted (see mutation.ts).
import type { Mutation } from "./mutation.ts";
import {
  chained,
  isMessage,
  OTHER,
  withAgain,
  withData,
  withLog,
  withOperation,
} from "./edit-history.ts";

export const ACCEPTED_MUTATIONS: readonly Mutation[] = [
  {
    name: "an accepted message is lost",
    law: "accepted-once",
    says: "is not in the log",
    mutate: (history) => {
      const id = history.operations.find(isMessage)?.said as { messageId: string } | undefined;
      return withLog(history, (log) => {
        const kept = log.filter(
          ({ data }) => !("messageId" in data) || data.messageId !== id?.messageId,
        );
        return kept.length === log.length ? undefined : chained(kept);
      });
    },
  },
  {
    name: "a message is applied twice",
    law: "accepted-once",
    says: "applied twice",
    mutate: (history) => withAgain(history, "message.received"),
  },
  {
    name: "a message is in the log that nobody has sent",
    law: "accepted-once",
    says: "nobody has sent",
    mutate: (history) => withOperation(history, isMessage, () => []),
  },
  {
    name: "a message has another content than was sent",
    law: "accepted-once",
    says: "nobody has sent",
    mutate: (history) =>
      withOperation(history, isMessage, (each) => [
        { ...each, said: { ...each.said, digest: OTHER } },
      ]),
  },
  {
    name: "a message that was refused is applied",
    law: "accepted-once",
    says: "refused message",
    mutate: (history) =>
      withOperation(history, isMessage, ({ answer: _answer, ...each }) => [
        { ...each, refused: "too_many_messages" },
      ]),
  },
  {
    name: "the task is made twice",
    law: "accepted-once",
    says: "made twice",
    mutate: (history) =>
      withOperation(
        history,
        ({ kind }) => kind === "start",
        (each) => [each, { ...each, n: 0 }],
      ),
  },
  {
    name: "the task is gone",
    law: "accepted-once",
    says: "not there",
    mutate: (history) => ({ ...history, tasks: history.tasks.slice(1) }),
  },
  {
    name: "an accepted cancel is lost",
    law: "accepted-once",
    says: "cancel",
    mutate: (history) =>
      history.tasks[0]?.view.status === "idle"
        ? withOperation(
            history,
            ({ kind }) => kind === "start",
            (each) => [
              each,
              { ...each, n: 0, kind: "cancel", said: {}, answer: { result: "accepted" } },
            ],
          )
        : undefined,
  },
  {
    name: "an event ends a wait that nobody has published",
    law: "accepted-once",
    says: "nobody has published",
    mutate: (history) =>
      withData(
        history,
        "tool.returned",
        (data) => ({ ...data, eventId: "another" }),
        ({ data }) => data.eventId !== undefined,
      ),
  },
  {
    name: "ask was answered otherwise than the turn has ended",
    law: "accepted-once",
    says: "answered otherwise",
    mutate: (history) =>
      withOperation(
        history,
        ({ kind }) => kind === "ask",
        (each) => [
          {
            ...each,
            answer: {
              taskUid: history.tasks[0]?.view.taskUid,
              turn: { turn: 1, result: "completed", answer: "Lies." },
            },
          },
        ],
      ),
  },
];
