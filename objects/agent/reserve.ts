// Owns what a segment asks of the task's budget, `holdfast.budget/task/<taskUid>`: a reservation
// before a call, and what it gives back when the task rests. Nothing here is reached by an app
// without budgets.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { CancelledError, RestatePromise } from "@restatedev/restate-sdk";
import type {
  Amounts,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from "../../contract/budget.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import type { CallEstimate, EstimateCall, ModelCall } from "../../contract/port.ts";
import { budgetKey } from "../../core/budget/levels.ts";
import type { Reserved } from "../../core/transition/budget.ts";
import {
  onDenied,
  onPriceMissing,
  requestBudget,
  reserveRequest,
  restBudget,
  settled,
} from "../../core/transition/budget.ts";
import { jsonOf } from "./json-serde.ts";
import type { Segment } from "./segment.ts";
import type { TaskWriter } from "./task-writer.ts";

/** What is reserved for a model call, which carries the cap that was reserved for. */
export interface ReservedCall extends Reserved {
  readonly estimate: Extract<CallEstimate, { ok: true }>;
}

/** Reserves for a model call. Without a reservation there is no call: the task waits or yields. */
export async function reserveModelCall(
  segment: Segment,
  call: ModelCall,
  estimateCall: EstimateCall,
): Promise<ReservedCall | "yield" | "end"> {
  const { ctx, writer } = segment;
  const estimate = await ctx.run("estimate-model-call", () => estimateCall(call));
  if (!estimate.ok) {
    writer.record([onPriceMissing(estimate.message, writer.now)]);
    return "end";
  }
  const reserved = await reserve(segment, estimate.amounts);
  return typeof reserved === "string" ? reserved : { ...reserved, estimate };
}

/** Counts tool calls before they are issued, all of a step at once, or parks the task. */
export async function countToolCalls(
  segment: Segment,
  toolCalls: number,
): Promise<"go-on" | "yield" | "end"> {
  if (toolCalls === 0) return "go-on";
  const reserved = await reserve(segment, { toolCalls });
  if (typeof reserved === "string") return reserved;
  // Known beforehand, so nothing stays open while they run.
  segment.writer.record([settled(reserved, reserved.amounts)]);
  return "go-on";
}

/** Reserves these amounts, whatever for. */
async function reserve(segment: Segment, amounts: Amounts): Promise<Reserved | "yield" | "end"> {
  const { writer, signals } = segment;
  for (;;) {
    const asked = requestBudget(writer.head, amounts);
    writer.record([asked]);
    // A segment that is lost leaves a number that is not used for another call.
    writer.commit();
    const reserved = openReservation(writer);
    const first = await RestatePromise.race([ask(segment, reserved), signals.pending()]);
    if (first === "yield" || first === "abort") {
      // The answer will find nobody: whatever it is, nothing is used of it.
      writer.record([settled(reserved, {})]);
      return "yield";
    }
    const { answer } = first;
    if (answer?.result === "granted") return reserved;
    if (answer?.result === "denied") {
      const { result: _, n, ...denial } = answer;
      writer.record(onDenied(n, denial, writer.now));
      return "end";
    }
    // Killed by an operator, or a number that the budget has seen already: the next one.
    writer.record([settled(reserved, answer === undefined ? amounts : {})]);
  }
}

function openReservation({ head }: TaskWriter): Reserved {
  const open = head.budget?.open;
  if (open === undefined) throw new Error("the task has asked for no reservation");
  return open;
}

/** An answer, or none when the budget's invocation was ended from outside. */
function ask(
  { ctx, writer }: Segment,
  reserved: Reserved,
): RestatePromise<{ readonly answer?: ReserveAnswer }> {
  return ctx
    .genericCall<ReserveRequest, ReserveAnswer>({
      service: BUDGET_SERVICE,
      key: keyOf(writer),
      method: "reserve",
      parameter: reserveRequest(writer.head, reserved),
      inputSerde: jsonOf(),
      outputSerde: jsonOf(),
    })
    .map((answer, failure) => {
      if (failure instanceof CancelledError || failure?.metadata?.["code"] !== undefined)
        throw failure;
      return answer === undefined ? {} : { answer };
    });
}

/** Takes what a task that comes to rest tells its budget. Sent once the head is saved. */
export function takeRest(writer: TaskWriter): SettleRequest | undefined {
  const rest = restBudget(writer.head);
  if (rest === undefined) return undefined;
  writer.mark({ budget: rest.budget });
  return rest.request;
}

export function sendRest(
  ctx: ObjectContext,
  writer: TaskWriter,
  parameter: SettleRequest | undefined,
): void {
  if (parameter === undefined) return;
  ctx.genericSend<SettleRequest>({
    service: BUDGET_SERVICE,
    key: keyOf(writer),
    method: "settle",
    parameter,
    inputSerde: jsonOf(),
  });
}

function keyOf({ head }: TaskWriter): string {
  return budgetKey({ level: "task", taskUid: head.taskUid });
}
