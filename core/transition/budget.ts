// Owns what budgets mean to the task: what it asks for before a call, how a denial parks it, what
// it settles after the call, and when it gives back what it does not use (F25, R49, R98).
import type {
  Amounts,
  BudgetDenial,
  BudgetPlace,
  ReserveRequest,
  SettleRequest,
} from "../../contract/budget.ts";
import { BUDGET_VERSION } from "../../contract/budget.ts";
import type { EventBody } from "../../contract/event.ts";
import type { ModelOutcome } from "../../contract/model.ts";
import type { CallEstimate } from "../../contract/port.ts";
import { isNothing } from "../budget/amounts.ts";
import { overrunOf, usedByModelCall } from "../budget/estimate.ts";
import type { TaskHead } from "../task-head.ts";

/** How often a task that was denied looks by itself, in milliseconds: a notice may get lost. */
const DENIED_PAUSE_MS = 60_000;
/** How often it looks whether a price is known by now, in milliseconds. */
const PRICE_PAUSE_MS = 60_000;
/** Whose budgets a task draws on that was started for no tenant. */
const NO_TENANT = "default";

/** What a call was given: its reservation, until it is settled. */
export interface Reserved {
  readonly n: number;
  readonly amounts: Amounts;
}

/** The reservation of the next call; in the state before the budget is asked for it. */
export function requestBudget(head: TaskHead, amounts: Amounts): EventBody {
  return { type: "budget.requested", data: { n: head.budget?.next ?? 0, amounts } };
}

/** What the task's budget is asked, once `requestBudget` is recorded. Asking twice reserves once. */
export function reserveRequest(head: TaskHead, { n, amounts }: Reserved): ReserveRequest {
  const { agent, taskId } = head;
  return {
    v: BUDGET_VERSION,
    n,
    amounts,
    place: placeOf(head),
    at: head.updatedAt,
    settles: [...(head.budget?.unsent ?? [])],
    // Whatever was open before was lost with its segment.
    oldest: n,
    wake: { agent, taskId },
  };
}

function placeOf({ tenant = NO_TENANT, owner }: TaskHead): BudgetPlace {
  return { tenant, ...(owner === undefined ? {} : { owner }) };
}

/** The task waits where it stands, and goes on from there when there is room. */
export function onDenied(n: number, denied: BudgetDenial, now: number): readonly EventBody[] {
  const { budget, level, dimension, limit, used, reserved, needed } = denied;
  const reason = `${budget} has no room: ${needed} ${dimension} needed, ${used} used and ${reserved} reserved of ${limit}`;
  return [
    {
      type: "budget.denied",
      data: { n, budget, level, dimension, limit, used, reserved, needed },
    },
    {
      type: "task.parked",
      data: { status: "waiting-budget", reason, wakeAt: now + DENIED_PAUSE_MS },
    },
  ];
}

/** Nothing can be reserved in money for a model whose price nobody knows. */
export function onPriceMissing(message: string, now: number): EventBody {
  const reason = `price_missing: ${message}`;
  return {
    type: "task.parked",
    data: { status: "needs-operator", reason, wakeAt: now + PRICE_PAUSE_MS },
  };
}

/** There may be room again. Late, or twice, it changes nothing. */
export function onBudgetNotice(head: TaskHead): readonly EventBody[] {
  if (head.status !== "waiting-budget") return [];
  return [{ type: "task.woken", data: { from: head.status, by: "budget" } }];
}

/** A reservation is over. What a provider used above it is reported (F25). */
export function settled({ n, amounts }: Reserved, used: Amounts): EventBody {
  const overrun = overrunOf(used, amounts);
  const over = isNothing(overrun) ? {} : { overrun };
  return { type: "budget.settled", data: { n, used, ...over } };
}

type Priced = Extract<CallEstimate, { ok: true }>["prices"];

/** What a model call has used of what was reserved for it. */
export function usedBy(outcome: ModelOutcome, prices: Priced, { amounts }: Reserved): Amounts {
  if (outcome.kind === "answered") {
    const { provider, model, usage, durationMs } = outcome;
    const priced = prices.find((each) => each.provider === provider && each.model === model);
    return usedByModelCall(usage, priced?.price, durationMs);
  }
  // It may have been answered, and charged, where nobody listened any more.
  const unknown = outcome.code === "timeout" || outcome.code === "malformed_response";
  return unknown ? amounts : {};
}

/** What a task that rests tells its budget, and the head after that; undefined if there is nothing. */
export function restBudget(
  head: TaskHead,
):
  | { readonly request: SettleRequest; readonly budget: NonNullable<TaskHead["budget"]> }
  | undefined {
  const { budget, segment, status } = head;
  if (budget === undefined || segment.queued || !RESTS(status)) return undefined;
  const { next, open, unsent, denied } = budget;
  if (open === undefined && denied === undefined && unsent.length === 0) return undefined;
  return {
    request: { v: BUDGET_VERSION, settlements: [...unsent], oldest: next, rest: true },
    budget: { next, unsent: [] },
  };
}

/** One that was denied waits at its budget, which a rest would end. */
const RESTS = (status: TaskHead["status"]): boolean =>
  status !== "queued" && status !== "running" && status !== "waiting-budget";
