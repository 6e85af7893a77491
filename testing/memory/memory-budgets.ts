// Owns budgets without Restate: the budget object's own decisions (core/budget), each handler done
// at once and whole, and what budgets send each other in virtual time.
import type {
  BudgetMessage,
  BudgetView,
  LeaseAnswer,
  LeaseRequest,
  LimitChangeInput,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from "../../contract/budget.ts";
import { BUDGET_VERSION } from "../../contract/budget.ts";
import { attend } from "../../core/budget/attend.ts";
import type {
  BudgetChange,
  BudgetSend,
  BudgetState,
  HolderRow,
  Work,
} from "../../core/budget/budget-state.ts";
import { limitsOf, newBudget, openChange } from "../../core/budget/budget-state.ts";
import { changeLimit, limitProblem, viewBudget } from "../../core/budget/change-limit.ts";
import { withIdleTimer } from "../../core/budget/idle.ts";
import { lease } from "../../core/budget/lease.ts";
import { parseBudgetKey } from "../../core/budget/levels.ts";
import { reserve } from "../../core/budget/reserve.ts";
import { settle } from "../../core/budget/settle.ts";
import type { BudgetSettings } from "../../core/budget/settings.ts";
import { taskProblem } from "../task-problem.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface MemoryBudgets {
  reserve(key: string, request: ReserveRequest): ReserveAnswer;
  settle(key: string, request: SettleRequest): void;
  /** Fails with `invalid_input`, as over the ingress. */
  limit(key: string, change: LimitChangeInput): BudgetView;
  show(key: string): BudgetView;
}

export interface MemoryBudgetsOptions {
  readonly settings: BudgetSettings;
  readonly clock: VirtualClock;
  /** There may be room again for the task. */
  readonly wake: (task: { readonly agent: string; readonly taskId: string }) => void;
}

interface Kept extends MemoryBudgetsOptions {
  readonly budgets: Map<string, BudgetState>;
  readonly rows: Map<string, Map<string, HolderRow>>;
}

export function createMemoryBudgets(options: MemoryBudgetsOptions): MemoryBudgets {
  const kept: Kept = { ...options, budgets: new Map(), rows: new Map() };
  const { settings, clock } = options;
  return {
    reserve: (key, request) => perform(kept, key, (change) => reserve(change, request)),
    settle: (key, request) => void perform(kept, key, (change) => settle(change, request)),
    limit: (key, input) => {
      const change = open(kept, key);
      const wrong = limitProblem(key, input, limitsOf(change.budget, settings));
      if (wrong !== undefined) throw taskProblem("invalid_input", wrong);
      changeLimit(change, input, clock.now());
      finish(kept, change);
      return viewBudget(change.budget, settings);
    },
    show: (key) => viewBudget(open(kept, key).budget, settings),
  };
}

function open({ budgets, settings }: Kept, key: string): BudgetChange {
  if (parseBudgetKey(key) === undefined)
    throw taskProblem("invalid_input", `"${key}" is not the key of a budget`);
  return openChange(budgets.get(key) ?? newBudget(key), settings);
}

function perform<T>(kept: Kept, key: string, work: (change: BudgetChange) => Work<T>): T {
  const change = open(kept, key);
  const steps = withIdleTimer(change, work(change));
  let step = steps.next();
  while (step.done !== true) {
    store(kept, change);
    step = steps.next(leaseFrom(kept, step.value.key, step.value.request));
  }
  finish(kept, change);
  return step.value;
}

function leaseFrom(kept: Kept, key: string, request: LeaseRequest): LeaseAnswer {
  return perform(kept, key, (change) => lease(change, rowOf(kept, key, request.holder), request));
}

function rowOf({ rows }: Kept, key: string, holder: string): HolderRow | undefined {
  return rows.get(key)?.get(holder);
}

function store({ budgets, rows }: Kept, { budget, rows: changed }: BudgetChange): void {
  const own = rows.get(budget.key) ?? new Map<string, HolderRow>();
  for (const [holder, row] of changed) {
    if (row === undefined) own.delete(holder);
    else own.set(holder, row);
  }
  changed.clear();
  rows.set(budget.key, own);
  budgets.set(budget.key, budget);
}

function finish(kept: Kept, change: BudgetChange): void {
  store(kept, change);
  for (const each of change.sends) send(kept, change.budget, each);
}

function send(kept: Kept, budget: BudgetState, each: BudgetSend): void {
  switch (each.type) {
    case "attend":
      return attendLater(kept, each.key, each.message, each.delayMs);
    case "wake":
      return kept.wake(each);
    case "recall-holders": {
      const holders = new Set(kept.rows.get(budget.key)?.keys() ?? []);
      if (budget.last !== undefined) holders.add(budget.last.holder);
      for (const holder of holders)
        attendLater(kept, holder, { v: BUDGET_VERSION, type: "recall" });
    }
  }
}

/** Never within the handler that sends: two budgets do not wait for each other. */
function attendLater(kept: Kept, key: string, message: BudgetMessage, delayMs = 0): void {
  const arrived = delayMs === 0 ? Promise.resolve() : kept.clock.sleep(delayMs);
  void arrived.then(() => {
    const row = message.type === "forget" ? rowOf(kept, key, message.holder) : undefined;
    return perform(kept, key, (change) => attend(change, row, message));
  });
}
