// Owns what can be wrong with who allowed what (see mutation.ts).
import { sha256 } from "../../../core/digest.ts";
import type { History, HistoryEffect } from "../../../testing/index.ts";
import type { Mutation } from "./mutation.ts";
import {
  entryOf,
  isDone,
  OTHER,
  withAgain,
  withData,
  withEffect,
  withOperation,
  without,
} from "./edit-history.ts";

/** The approved calls that were made. */
function approvedIn(history: History): ReadonlySet<string> {
  const approved = history.tasks.flatMap(({ log }) =>
    log.flatMap((event) =>
      event.type === "approval.decided" && event.data.decision === "approve"
        ? [sha256(event.data.operationId)]
        : [],
    ),
  );
  return new Set(approved);
}

/** An effect that a person has approved, in the first task. */
function isApproved(history: History): (effect: HistoryEffect) => boolean {
  const keys = approvedIn(history);
  return (each) => isDone(each) && keys.has(each.key);
}

/** An effect of the first task. */
function isItsOwn({ tasks: [task] }: History): (effect: HistoryEffect) => boolean {
  const keys = new Set(
    task?.log.flatMap(({ type, data }) =>
      type === "tool.returned" ? [sha256(data.operationId)] : [],
    ),
  );
  return (each) => isDone(each) && keys.has(each.key);
}

function approvalUsed(history: History, { data }: { data: { operationId: string } }): boolean {
  return history.effects.some((each) => isDone(each) && each.key === sha256(data.operationId));
}

export const AUTHORITY_MUTATIONS: readonly Mutation[] = [
  {
    name: "an effect that no task has asked for",
    law: "authority",
    says: "no task has asked",
    mutate: (history) =>
      withEffect(history, isDone, (each) => [each, { ...each, n: 0, key: OTHER }]),
  },
  {
    name: "an effect of another tool than was asked for",
    law: "authority",
    says: "its key is of",
    mutate: (history) =>
      withEffect(
        history,
        ({ tool, done }) => done && tool === "mail",
        (each) => [{ ...each, tool: "wire" }],
      ),
  },
  {
    name: "an effect of a tool that is said to change nothing",
    law: "authority",
    says: "no agent has a tool",
    mutate: (history) => withEffect(history, isDone, (each) => [{ ...each, tool: "look" }]),
  },
  {
    name: "an approved effect with other arguments",
    law: "authority",
    says: "approved with other arguments",
    mutate: (history) =>
      withEffect(history, isApproved(history), (each) => [{ ...each, argumentsDigest: OTHER }]),
  },
  {
    name: "an effect with other arguments than the model's",
    law: "authority",
    says: "other arguments than the model's",
    mutate: (history) =>
      withEffect(
        history,
        ({ tool, done }) => done && tool === "mail",
        (each) => [{ ...each, argumentsDigest: OTHER }],
      ),
  },
  {
    name: "an effect that was never approved",
    law: "authority",
    says: "nobody has approved",
    mutate: (history) =>
      without(history, "approval.decided", (event) => approvalUsed(history, event)),
  },
  {
    name: "an effect of which nobody was asked",
    law: "authority",
    says: "nobody was asked",
    mutate: (history) =>
      without(history, "approval.requested", (event) => approvalUsed(history, event)),
  },
  {
    name: "an effect that was approved later",
    law: "authority",
    says: "before anybody approved",
    mutate: (history) => {
      const found = history.effects.find(isApproved(history));
      if (found === undefined) return undefined;
      return withEffect(
        history,
        (each) => each === found,
        (each) => [{ ...each, calledAt: 0 }],
      );
    },
  },
  {
    name: "an approval of another digest",
    law: "authority",
    says: "another digest",
    mutate: (history) =>
      withData(
        history,
        "approval.decided",
        (data) => ({ ...data, digest: OTHER }),
        (event) => approvalUsed(history, event) && event.data.decision === "approve",
      ),
  },
  {
    name: "an effect without a grant",
    law: "authority",
    says: "no grant covers",
    mutate: (history) =>
      history.effects.some(isItsOwn(history))
        ? withData(history, "task.started", (data) => ({ ...data, grants: [] }))
        : undefined,
  },
  {
    name: "an effect under a grant that has expired",
    law: "authority",
    says: "no grant covers",
    mutate: (history) =>
      history.effects.some(isItsOwn(history))
        ? withData(history, "task.started", (data) => ({
            ...data,
            grants: [{ id: "all", tool: "*", expiresAt: 1 }],
          }))
        : undefined,
  },
  {
    name: "an effect after the task was cancelled",
    law: "authority",
    says: "happened after",
    mutate: (history) => {
      if (history.tasks[0]?.view.status !== "cancelled") return undefined;
      const end = Math.max(...history.operations.map(({ returnedAt = 0 }) => returnedAt));
      const { cursor, status } = history.tasks[0].view;
      const told = withOperation(
        history,
        ({ kind }) => kind === "start",
        (each) => [
          each,
          {
            ...each,
            n: 0,
            kind: "read",
            said: {},
            calledAt: end,
            returnedAt: end,
            answer: { cursor, status },
          },
        ],
      );
      return (
        told && withEffect(told, isItsOwn(history), (each) => [{ ...each, calledAt: end + 1 }])
      );
    },
  },
];

export const APPROVAL_MUTATIONS: readonly Mutation[] = [
  {
    name: "an approval is decided twice",
    law: "approval-once",
    says: "decided twice",
    mutate: (history) => withAgain(history, "approval.decided"),
  },
  {
    name: "something is decided that nobody was asked",
    law: "approval-once",
    says: "nobody was asked",
    mutate: (history) =>
      withData(history, "approval.decided", (data) => ({ ...data, approvalId: OTHER })),
  },
  {
    name: "two decisions are accepted",
    law: "approval-once",
    says: "two decisions",
    mutate: (history) => {
      const log = history.tasks[0]?.log ?? [];
      const decided = entryOf(log, "approval.decided", ({ data }) => data.decision === "approve");
      return withOperation(
        history,
        ({ kind, said, answer }) =>
          kind === "decide" &&
          answer !== undefined &&
          (said as { approvalId: string }).approvalId === decided?.data.approvalId,
        (each) => [each, { ...each, n: 0, said: { ...each.said, decision: "reject" } }],
      );
    },
  },
  {
    name: "an approval is used twice",
    law: "approval-once",
    says: "used twice",
    mutate: (history) =>
      withEffect(history, isApproved(history), (each) => [each, { ...each, n: 0 }]),
  },
];
