// Owns what budgets mean to the task: what it asks for before a call, how a denial parks it, what
// it settles after the call, and when it gives back what it does not use (F25, R49, R98).
import type {
  Amounts,
  BudgetDenial,
  BudgetDimension,
  BudgetPlace,
  ReserveRequest,
  SettleRequest,
  Settlement,
} from "../../contract/budget.ts";
import { BUDGET_VERSION, NO_TENANT_BUDGETS } from "../../contract/budget.ts";
import type { BudgetParent } from "../../contract/budget-parent.ts";
import { ENGINE_BUSY } from "../../contract/engine-busy.ts";
import type { EventBody } from "../../contract/event.ts";
import type { ModelOutcome } from "../../contract/model.ts";
import type { CallEstimate } from "../../contract/port.ts";
import { hasEnded } from "../../contract/status.ts";
import { NOTHING, isNothing, plus } from "../budget/amounts.ts";
import { limitedOfCalls } from "../budget/call-amounts.ts";
import { overrunOf, usedByModelCall } from "../budget/estimate.ts";
import { usedInEnd } from "../note-usage.ts";
import { parkBusy } from "../park.ts";
import { lostOf } from "../reduce-budget.ts";
import type { ReservedCall } from "../task-budget.ts";
import type { TaskHead } from "../task-head.ts";

/** How often a task that was denied looks by itself, in milliseconds: a notice may get lost. */
const DENIED_PAUSE_MS = 60_000;
/** How often it looks whether a price is known by now, in milliseconds. */
const PRICE_PAUSE_MS = 60_000;

/** What a call was given: its reservation, until it is settled. */
export interface Reserved {
  readonly n: number;
  readonly amounts: Amounts;
}

/** The reservation of the next call or calls; in the state before the budget is asked for it. */
export function requestBudget(head: TaskHead, needs: Needs): EventBody {
  return { type: "budget.requested", data: { n: head.budget?.next ?? 0, ...needs } };
}

/** What is reserved for a model call, or for the tool calls of a step. */
export interface Needs {
  readonly amounts: Amounts;
  readonly calls?: readonly Pick<ReservedCall, "operationId" | "amounts">[];
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
    oldest: oldestOf(head.budget, n),
    works: true,
    wake: { agent, taskId },
  };
}

/** Of those that are not settled, `next` if there is none. */
function oldestOf(budget: TaskHead["budget"], next: number): number {
  return (budget?.calls ?? []).reduce((oldest, { n }) => Math.min(oldest, n), next);
}

function placeOf({
  tenant = NO_TENANT_BUDGETS,
  owner,
  budgetParent: parent,
}: TaskHead): BudgetPlace {
  const above =
    parent === undefined ? {} : { ancestors: [parent.taskUid, ...(parent.ancestors ?? [])] };
  return { tenant, ...(owner === undefined ? {} : { owner }), ...above };
}

/** What whoever starts a child of this task says, so that the child draws on its budget. */
export function budgetParentOf({ agent, taskId, taskUid, budgetParent }: TaskHead): BudgetParent {
  const parent = { agent, taskId, taskUid };
  if (budgetParent === undefined) return parent;
  return { ...parent, ancestors: [budgetParent.taskUid, ...(budgetParent.ancestors ?? [])] };
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

/** Nothing can be reserved for what nobody can estimate, such as a model without a price. */
export function onNoEstimate(estimate: NoEstimate, now: number): EventBody {
  if (estimate.code === ENGINE_BUSY) return parkBusy(estimate.retryAt);
  const reason = `price_missing: ${estimate.message}`;
  return {
    type: "task.parked",
    data: { status: "needs-operator", reason, wakeAt: now + PRICE_PAUSE_MS },
  };
}

type NoEstimate = Extract<CallEstimate, { ok: false }>;

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

/** A model call is over. What its budget said of limits is noted for the tool calls to come. */
export function settledModelCall(
  { budget }: TaskHead,
  reserved: ReservedModelCall,
  outcome: ModelOutcome | "abort",
): EventBody {
  const { amounts, estimate, limited = [] } = reserved;
  // One that was aborted may have been answered and charged: all of it counts as used.
  const used = outcome === "abort" ? amounts : usedBy(outcome, estimate.prices, reserved);
  const event = settled(reserved, used);
  const now = limitedOfCalls(limited);
  const known = budget?.limited ?? [];
  if (now.join() === known.join() || event.type !== "budget.settled") return event;
  return { ...event, data: { ...event.data, limited: now } };
}

/** What a model call carries: the cap that was reserved for, and what the budget said. */
export interface ReservedModelCall extends Reserved {
  readonly estimate: Extract<CallEstimate, { ok: true }>;
  readonly limited?: readonly BudgetDimension[];
}

type Priced = Extract<CallEstimate, { ok: true }>["prices"];

/** What a model call has used of what was reserved for it. */
function usedBy(outcome: ModelOutcome, prices: Priced, { amounts }: Reserved): Amounts {
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
  const { open: _, denied: __, deniedAt: ___, works, ...rest } = budget;
  const settlements = [...rest.unsent, ...lostOf(budget), ...left(head)];
  // The engine's kill takes back what a segment has sent, and with it what the budget was told at
  // its end: a task that has ended says again that all its reservations are over.
  const tells =
    settlements.length > 0 || budget.denied !== undefined || works === true || hasEnded(status);
  if (!tells) return undefined;
  const { calls, ...others } = rest;
  // What may still be under way stays reserved, unless nobody will ever say what became of it.
  const kept = calls === undefined || hasEnded(status) ? {} : { calls };
  const after = { ...others, ...kept, unsent: [] };
  return {
    request: {
      v: BUDGET_VERSION,
      settlements,
      oldest: oldestOf(after, rest.next),
      rest: true,
    },
    budget: after,
  };
}

/** Of a task that ended otherwise than by a segment of its own. */
function left(head: TaskHead): readonly Settlement[] {
  if (!hasEnded(head.status)) return [];
  return (head.budget?.calls ?? []).map(({ n, calls }) => ({
    n,
    used: calls.map(usedInEnd).reduce(plus, NOTHING),
  }));
}

/** One that was denied waits at its budget, which a rest would end. */
const RESTS = (status: TaskHead["status"]): boolean =>
  status !== "queued" && status !== "running" && status !== "waiting-budget";
