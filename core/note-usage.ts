// Owns which of a task's reserved tool calls are over, and what each has used: noted in the head
// as their outcomes become known, until the reservation that they share is settled (R98).
import type { Amounts } from "../contract/budget.ts";
import type { EventData, TaskEvent } from "../contract/event.ts";
import { usedByCall } from "./budget/call-amounts.ts";
import { EFFECT_POLICY } from "./effect-policy.ts";
import type { ReservedCall } from "./task-budget.ts";
import type { TaskHead } from "./task-head.ts";

/** `before` is the head without the event, `after` with it. */
export function noteUsage(before: TaskHead, after: TaskHead, event: TaskEvent): TaskHead {
  const { budget } = after;
  if (budget?.calls === undefined) return after;
  const end = endOf(before, event);
  if (end === undefined) return after;
  const calls = budget.calls.map((each) => ({
    ...each,
    calls: each.calls.map((call) =>
      call.operationId === end.operationId ? ended(call, end) : call,
    ),
  }));
  return { ...after, budget: { ...budget, calls } };
}

interface End {
  readonly operationId: string;
  /** Undefined while nobody knows whether there was an effect. */
  readonly charged?: boolean;
  readonly ms: number;
  /** In the place of what was reserved. */
  readonly money?: number;
}

/** What was known first counts: a call that was blocked did nothing, whatever is recorded next. */
function ended(call: ReservedCall, { charged, ms, money }: End): ReservedCall {
  if (call.used !== undefined) return call;
  const { ms: before = 0, ...rest } = call;
  const all = before + ms;
  if (charged === undefined) return { ...rest, ms: all };
  const used = usedByCall(call.amounts, charged, all);
  return { ...rest, used: money === undefined ? used : { ...used, money } };
}

function endOf(before: TaskHead, event: TaskEvent): End | undefined {
  if (event.type === "tool.returned") return returned(before, event.data);
  if (event.type === "call.blocked") {
    const { operationId, durationMs } = event.data;
    return { operationId, charged: false, ms: durationMs };
  }
  // Before its result, which comes next.
  if (event.type === "operation.overridden") {
    const { operationId, used } = event.data;
    return used && { operationId, charged: used.by !== "not-run", ms: 0, money: used.money };
  }
  if (event.type !== "call.repeated") return undefined;
  const { step, ordinal } = event.data;
  const last = before.operations.find((each) => each.step === step && each.ordinal === ordinal);
  // It was found, or stated, that the attempt before had no effect.
  return last && { operationId: last.operationId, charged: false, ms: 0 };
}

/** Errors of a tool's host, or of a tool, that say that nothing was done. */
const NOTHING_DONE: ReadonlySet<string> = new Set(["not_applied", "invalid_arguments"]);

function returned(before: TaskHead, data: EventData["tool.returned"]): End | undefined {
  const { operationId } = data;
  const wasUnknown = before.operations.some(
    (each) => each.operationId === operationId && each.state === "unknown",
  );
  // Its time was noted when it became unknown; to find the outcome costs none.
  const ms = wasUnknown ? 0 : data.durationMs;
  switch (data.outcome) {
    case "ok":
      return { operationId, charged: true, ms };
    case "error":
      return { operationId, charged: !NOTHING_DONE.has(data.code), ms };
    case "cancelled":
      return { operationId, charged: !wasUnknown, ms };
    case "unknown":
      return EFFECT_POLICY[data.effect].repeatable
        ? { operationId, charged: true, ms }
        : { operationId, ms };
  }
}

/** What a call has used that has no end: whoever gave it up does not know, so all of it counts. */
export function usedInEnd({ amounts, used, ms = 0 }: ReservedCall): Amounts {
  return used ?? usedByCall(amounts, true, ms === 0 ? (amounts.wallMs ?? 0) : ms);
}
