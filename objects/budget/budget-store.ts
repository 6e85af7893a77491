// Owns a budget's state in Restate and the sends that follow from a change: `budget`, one row per
// holder of a lease, one per change of limits. All of it is lazy, and only exclusive handlers
// write it (L1).
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  BudgetMessage,
  BudgetNotice,
  LeaseAnswer,
  LeaseRequest,
  LimitChange,
} from "../../contract/budget.ts";
import { BUDGET_SERVICE, BUDGET_VERSION } from "../../contract/budget.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type {
  BudgetChange,
  BudgetSend,
  BudgetState,
  HolderRow,
  Work,
} from "../../core/budget/budget-state.ts";
import { BUDGET_STATE_VERSION, newBudget, openChange } from "../../core/budget/budget-state.ts";
import { withIdleTimer } from "../../core/budget/idle.ts";
import type { BudgetSettings } from "../../core/budget/settings.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";

const BUDGET_KEY = "budget";
const HOLDER_PREFIX = "holder/";
/** How many holders are asked to give back at once, and the pause before the next, in ms. */
const RECALLED_AT_ONCE = 64;
const RECALL_PAUSE_MS = 100;

/** For an exclusive handler: the budget as it is stored, or a new one. */
async function loadBudget(ctx: ObjectContext): Promise<BudgetState> {
  const stored = await ctx.get<BudgetState>(BUDGET_KEY);
  // Never overwritten: the invocation is retried until newer code serves it (F22).
  if (stored !== null && stored.v > BUDGET_STATE_VERSION) throw new Error(TOO_NEW);
  return stored ?? newBudget(ctx.key);
}

/** For a shared handler. */
export async function readBudget(ctx: ObjectSharedContext): Promise<BudgetState> {
  const stored = await ctx.get<BudgetState>(BUDGET_KEY);
  if (stored !== null && stored.v > BUDGET_STATE_VERSION) throw problem("state_too_new", TOO_NEW);
  return stored ?? newBudget(ctx.key);
}

const TOO_NEW = "the budget was written by a newer version of this software; upgrade the worker";

/** A holder's row as it is stored under its own key; the latest one may be in the budget. */
export async function loadRow(ctx: ObjectContext, holder: string): Promise<HolderRow | undefined> {
  return (await ctx.get<HolderRow>(HOLDER_PREFIX + holder)) ?? undefined;
}

export function recordLimitChange(ctx: ObjectContext, change: LimitChange): void {
  ctx.set(`change/${change.number}`, change);
}

/**
 * Does a piece of work: stores the change before each request to another budget, and at the end
 * stores and sends what follows. Killed in the middle, the next handler finds what was begun.
 */
export async function perform<T>(
  ctx: ObjectContext,
  settings: BudgetSettings,
  work: (change: BudgetChange) => Work<T>,
): Promise<T> {
  const change = openChange(await loadBudget(ctx), settings);
  const steps = withIdleTimer(change, work(change));
  let step = steps.next();
  while (step.done !== true) {
    const { key, request } = step.value;
    store(ctx, change);
    const answer = await ctx.genericCall<LeaseRequest, LeaseAnswer>({
      service: BUDGET_SERVICE,
      key,
      method: "lease",
      parameter: request,
      inputSerde: jsonOf(),
      outputSerde: jsonOf(),
    });
    step = steps.next(answer);
  }
  await finish(ctx, change);
  return step.value;
}

/** Does what asks nothing of others. A failure of `edit` changes nothing. */
export async function performAlone<T>(
  ctx: ObjectContext,
  settings: BudgetSettings,
  edit: (change: BudgetChange) => T,
): Promise<T> {
  const change = openChange(await loadBudget(ctx), settings);
  const answer = edit(change);
  await finish(ctx, change);
  return answer;
}

async function finish(ctx: ObjectContext, change: BudgetChange): Promise<void> {
  store(ctx, change);
  for (const each of change.sends) await send(ctx, change.budget, each);
}

/** Rows first: until the budget itself is stored, it has the same in `last`. */
function store(ctx: ObjectContext, { budget, rows }: BudgetChange): void {
  for (const [holder, row] of rows) {
    if (row === undefined) ctx.clear(HOLDER_PREFIX + holder);
    else ctx.set(HOLDER_PREFIX + holder, row);
  }
  rows.clear();
  ctx.set(BUDGET_KEY, budget);
}

async function send(ctx: ObjectContext, budget: BudgetState, each: BudgetSend): Promise<void> {
  switch (each.type) {
    case "attend":
      return attend(ctx, each.key, each.message, each.delayMs);
    case "wake":
      return wakeTask(ctx, each);
    case "recall-holders":
      return recallHolders(ctx, budget, each.after);
  }
}

function attend(ctx: ObjectContext, key: string, message: BudgetMessage, delayMs = 0): void {
  ctx.genericSend<BudgetMessage>({
    service: BUDGET_SERVICE,
    key,
    method: "attend",
    parameter: message,
    inputSerde: jsonOf(),
    ...(delayMs === 0 ? {} : { delay: delayMs }),
  });
}

function wakeTask(
  ctx: ObjectContext,
  { agent, taskId }: { readonly agent: string; readonly taskId: string },
): void {
  const notice: BudgetNotice = { type: "budget", budget: ctx.key };
  ctx.genericSend({
    service: agent,
    key: taskId,
    method: "wake",
    parameter: { v: COMMAND_VERSION, ...notice },
    inputSerde: jsonOf(),
  });
}

async function recallHolders(
  ctx: ObjectContext,
  { last }: BudgetState,
  after: string,
): Promise<void> {
  const keys = (await ctx.stateKeys())
    .filter((key) => key.startsWith(HOLDER_PREFIX))
    .map((key) => key.slice(HOLDER_PREFIX.length));
  const holders = [...new Set(last === undefined ? keys : [...keys, last.holder])]
    .filter((holder) => holder > after)
    .toSorted();
  const now = holders.slice(0, RECALLED_AT_ONCE);
  for (const holder of now) attend(ctx, holder, { v: BUDGET_VERSION, type: "recall" });
  const next = now.at(-1);
  if (holders.length > now.length && next !== undefined)
    attend(ctx, ctx.key, { v: BUDGET_VERSION, type: "recall-more", after: next }, RECALL_PAUSE_MS);
}
