// Owns what budgets mean to a task's tool calls: what is reserved before they are issued, all of a
// step at once, and when the reservation that they share is settled (R49, R98).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { Amounts } from "../../contract/budget.ts";
import type { EventBody } from "../../contract/event.ts";
import { NOTHING, isNothing, plus } from "../budget/amounts.ts";
import { callAmounts } from "../budget/call-amounts.ts";
import { overrunOf } from "../budget/estimate.ts";
import { toolOf } from "../doubt.ts";
import { usedInEnd } from "../note-usage.ts";
import type { ReservedCall } from "../task-budget.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";

export interface CallsToReserve {
  readonly amounts: Amounts;
  readonly calls: readonly ReservedCall[];
}

/**
 * What is to be reserved before these are called; undefined where nothing of them is counted,
 * so that a task pays for no reservation.
 */
export function callsToReserve(
  { budget }: TaskHead,
  agent: AgentDefinition,
  operations: readonly OpenOperation[],
): CallsToReserve | undefined {
  const limited = budget?.limited ?? [];
  const calls = operations
    .filter((each) => each.state === "ready")
    .map((each) => ({
      operationId: each.operationId,
      amounts: callAmounts(each, toolOf(agent, each), limited),
    }))
    .filter((each) => !isNothing(each.amounts));
  // A task that goes on with its tools, after a decision for one, works too.
  const begins = limited.includes("concurrency") && budget?.works !== true;
  if (calls.length === 0 && !begins) return undefined;
  return { amounts: calls.map((each) => each.amounts).reduce(plus, NOTHING), calls };
}

/**
 * How far behind the next number a reservation may stay open: a call of which nobody knows, while
 * another of its step is tried again and again, is settled as wholly used then.
 */
const MOST_BEHIND = 128;

/** Settles the reservations whose calls are all over. */
export function settledCalls({ budget, operations }: TaskHead): readonly EventBody[] {
  if (budget?.calls === undefined) return [];
  const open = new Set(operations.map((each) => each.operationId));
  return budget.calls
    .filter(
      ({ n, calls }) =>
        budget.next - n > MOST_BEHIND ||
        calls.every((each) => each.used !== undefined || !open.has(each.operationId)),
    )
    .map(({ n, calls }) => {
      const used = calls.map(usedInEnd).reduce(plus, NOTHING);
      const overrun = overrunOf(used, calls.map((each) => each.amounts).reduce(plus, NOTHING));
      const over = isNothing(overrun) ? {} : { overrun };
      return { type: "budget.settled", data: { n, used, ...over } };
    });
}
