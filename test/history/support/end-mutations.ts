// Owns what can be wrong with how tasks end, with budgets, and with what is left (see mutation.ts).
import type { StatusView } from "../../../contract/api.ts";
import type { History } from "../../../testing/index.ts";
import type { Mutation } from "./mutation.ts";
import { withAgain, withData, withView } from "./edit-history.ts";

const ended = ({ tasks: [task] }: History): boolean =>
  task?.view.status === "completed" || task?.view.status === "cancelled";
const OPEN = {
  operationId: "x",
  state: "issued",
  tool: "mail",
  toolVersion: "1",
  effect: "communication",
  since: 0,
} as const;

export const END_MUTATIONS: readonly Mutation[] = [
  ...(["running", "queued", "cancelling"] as const).map((status): Mutation => ({
    name: `the task is left ${status}`,
    law: "legal-end",
    says: "has not come to anything",
    mutate: (history) => withView(history, { status }),
  })),
  ...(
    [
      "waiting-tool",
      "waiting-event",
      "waiting-approval",
      "waiting-child",
      "waiting-reconcile",
    ] as const
  ).map((status): Mutation => ({
    name: `the task is left ${status}, for nothing`,
    law: "legal-end",
    says: "nothing is open",
    mutate: (history) => {
      const [first, ...rest] = history.tasks;
      if (first === undefined) return undefined;
      const { effects: _, ...view } = first.view;
      const parked: StatusView = { ...view, status, operations: [] };
      return { ...history, tasks: [{ ...first, view: parked }, ...rest] };
    },
  })),
  {
    name: "the task is paused and nobody knows why",
    law: "legal-end",
    says: "nobody knows why",
    mutate: (history) => withView(history, { status: "paused" }),
  },
  {
    name: "an ended task has an operation open",
    law: "legal-end",
    says: "operation open",
    mutate: (history) => (ended(history) ? withView(history, { operations: [OPEN] }) : undefined),
  },
  {
    name: "an ended task goes on",
    law: "legal-end",
    says: "model.answered after",
    mutate: (history) => (ended(history) ? withAgain(history, "model.answered") : undefined),
  },
  {
    name: "the status is not what the log says",
    law: "legal-end",
    says: "by its log",
    mutate: (history) => withView(history, { status: "failed" }),
  },
  {
    name: "the step is not what the log says",
    law: "legal-end",
    says: "by its log",
    mutate: (history) => withView(history, { step: 99 }),
  },
];

export const REST_MUTATIONS: readonly Mutation[] = [
  {
    name: "a budget is above its limit",
    law: "budget",
    says: "tenant/default had",
    mutate: (history) => ({
      ...history,
      budgets: history.budgets.map((each) => ({ ...each, used: { steps: 2_000 } })),
    }),
  },
  {
    name: "a budget was above its limit for a moment",
    law: "budget",
    says: "tenant/default had",
    mutate: (history) => ({
      ...history,
      budgets: history.budgets.map((each) => ({ ...each, highWater: { toolCalls: 1_001 } })),
    }),
  },
  {
    name: "a reservation is settled twice",
    law: "budget",
    says: "counted twice",
    mutate: (history) => withAgain(history, "budget.settled"),
  },
  {
    name: "a reservation is settled that was never made",
    law: "budget",
    says: "never asked for",
    mutate: (history) => withData(history, "budget.settled", (data) => ({ ...data, n: 999 })),
  },
  {
    name: "more is used than was reserved",
    law: "budget",
    says: "than it had",
    mutate: (history) =>
      withData(history, "budget.settled", (data) => ({ ...data, used: { money: 1_000_000_000 } })),
  },
  {
    name: "a timer is left",
    law: "nothing-leaked",
    says: "a timer",
    mutate: (history) => ({ ...history, leftovers: ["1 of leader/wake scheduled: a timer"] }),
  },
];
