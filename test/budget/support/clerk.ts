// Owns a stand-in for the agent object: a task that does jobs under a budget as a segment does
// model calls. One reserve before each job, which settles the one before; at the end a rest.
import { handlers, object, type ObjectContext, type Serde, serde } from "@restatedev/restate-sdk";
import {
  type Amounts,
  BUDGET_SERVICE,
  type BudgetPlace,
  type ReserveAnswer,
  type ReserveRequest,
  type SettleRequest,
} from "../../../contract/budget.ts";
import type { Wake } from "../../../contract/command.ts";
import { budgetKey } from "../../../core/budget/levels.ts";

export const CLERK = "clerk";

export interface Work {
  readonly place: BudgetPlace;
  readonly jobs: number;
  /** What each job reserves, and what it uses then. */
  readonly reserves: Amounts;
  readonly uses: Amounts;
  /** Milliseconds since the epoch, of every reservation. */
  readonly at: number;
  /** How long a job takes, in milliseconds. */
  readonly jobMs: number;
  /** Leaves without a word after its last job, as a task does that nobody looks after. */
  readonly vanishes?: boolean;
}

export interface ClerkState {
  readonly work: Work;
  readonly done: number;
  /** The number of the next reservation. */
  readonly next: number;
  readonly denied?: ReserveAnswer;
}

const STATE = "state";

/** `onJob` runs for every job that was granted, in this process. */
export function createClerk(onJob: (taskId: string, jobMs: number) => Promise<void>) {
  async function run(ctx: ObjectContext): Promise<void> {
    let state = await ctx.get<ClerkState>(STATE);
    if (state === null) return;
    let last: SettleRequest["settlements"] = [];
    const { work } = state;
    while (state.done < work.jobs) {
      const n: number = state.next;
      const answer: ReserveAnswer = await reserve(ctx, work, n, last);
      if (answer.result === "denied") {
        ctx.set(STATE, { ...state, denied: answer });
        return;
      }
      await ctx.run("job", () => onJob(ctx.key, work.jobMs));
      last = [{ n, used: work.uses }];
      state = { work, done: state.done + 1, next: n + 1 };
      ctx.set(STATE, state);
    }
    if (work.vanishes !== true)
      settle(ctx, { v: 1, settlements: last, oldest: state.next, rest: true });
    else settle(ctx, { v: 1, settlements: last, oldest: state.next });
  }

  return object({
    name: CLERK,
    // As a segment: one that waits gives its place at the engine back.
    options: { inactivityTimeout: 100 },
    handlers: {
      start: handlers.object.exclusive(
        { input: json<Work>() },
        async (ctx: ObjectContext, work) => {
          ctx.set<ClerkState>(STATE, { work, done: 0, next: 0 });
          return run(ctx);
        },
      ),
      wake: handlers.object.exclusive(
        { input: json<Wake | { v: number; type: "budget" }>() },
        async (ctx: ObjectContext, wake) => {
          if (wake.type === "budget") await run(ctx);
        },
      ),
      read: handlers.object.shared(async (ctx) => ctx.get<ClerkState>(STATE)),
    },
  });
}

function json<T>(): Serde<T> {
  return serde.json as Serde<T>;
}

function reserve(
  ctx: ObjectContext,
  { place, reserves, at }: Work,
  n: number,
  settles: ReserveRequest["settles"],
) {
  return ctx.genericCall<ReserveRequest, ReserveAnswer>({
    service: BUDGET_SERVICE,
    key: budgetKey({ level: "task", taskUid: ctx.key }),
    method: "reserve",
    parameter: {
      v: 1,
      n,
      amounts: reserves,
      place,
      at,
      settles,
      oldest: n,
      wake: { agent: CLERK, taskId: ctx.key },
    },
    inputSerde: json(),
    outputSerde: json(),
  });
}

function settle(ctx: ObjectContext, parameter: SettleRequest): void {
  ctx.genericSend<SettleRequest>({
    service: BUDGET_SERVICE,
    key: budgetKey({ level: "task", taskUid: ctx.key }),
    method: "settle",
    parameter,
    inputSerde: json(),
  });
}
