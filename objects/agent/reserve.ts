// Owns what a segment asks of the task's budget, `holdfast.budget/task/<taskUid>`: a reservation
// before a call, and what it gives back when the task rests. Nothing here is reached by an app
// without budgets.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { CancelledError, RestatePromise } from "@restatedev/restate-sdk";
import type { ReserveAnswer, ReserveRequest, SettleRequest } from "../../contract/budget.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import type { EstimateCall, ModelCall } from "../../contract/port.ts";
import { budgetKey } from "../../core/budget/levels.ts";
import type { OpenOperation } from "../../core/task-head.ts";
import type { Needs, Reserved, ReservedModelCall } from "../../core/transition/budget.ts";
import {
  onDenied,
  onNoEstimate,
  requestBudget,
  reserveRequest,
  restBudget,
  settled,
} from "../../core/transition/budget.ts";
import { callsToReserve } from "../../core/transition/call-budget.ts";
import {
  EXTENSION_CALL,
  extensionWanted,
  requestExtension,
} from "../../core/transition/extension.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import type { Segment } from "./segment.ts";
import { isSignal } from "./segment.ts";
import type { TaskWriter } from "./task-writer.ts";

/** Reserves for a model call. Without a reservation there is no call: the task waits or yields. */
export async function reserveModelCall(
  segment: Segment,
  call: ModelCall,
  estimateCall: EstimateCall,
): Promise<ReservedModelCall | "yield" | "end"> {
  const { ctx, writer } = segment;
  const estimate = await ctx.run("estimate-model-call", () => estimateCall(call));
  if (!estimate.ok) {
    writer.record([onNoEstimate(estimate, writer.now)]);
    return "end";
  }
  const reserved = await reserve(segment, estimate);
  return typeof reserved === "string" ? reserved : { ...reserved, estimate };
}

/**
 * Reserves for tool calls before they are issued, for all of a step at once, or parks the task.
 * Where nothing of them is counted, nobody is asked.
 */
export async function reserveToolCalls(
  segment: Segment,
  operations: readonly OpenOperation[],
): Promise<"go-on" | "yield" | "end"> {
  const { writer, agent, ports } = segment;
  if (ports.estimateCall === undefined) return "go-on";
  const needs = callsToReserve(writer.head, agent, operations);
  if (needs === undefined) return "go-on";
  const reserved = await reserve(segment, needs);
  if (typeof reserved === "string") return reserved;
  writer.record([{ type: "budget.granted", data: { n: reserved.n } }]);
  return "go-on";
}

type Granted = Reserved & Pick<ReservedModelCall, "limited">;

/** Reserves what is needed, whatever for. */
async function reserve(
  segment: Segment,
  { amounts, calls }: Needs,
): Promise<Granted | "yield" | "end"> {
  const { writer, signals } = segment;
  for (;;) {
    const needs = calls === undefined ? { amounts } : { amounts, calls };
    const asked = requestBudget(writer.head, needs);
    writer.record([asked]);
    // A segment that is lost leaves a number that is not used for another call.
    writer.commit();
    const reserved = openReservation(writer);
    const first = await RestatePromise.race([ask(segment, reserved), signals.pending()]);
    if (isSignal(first)) {
      // The answer will find nobody: whatever it is, nothing is used of it.
      writer.record([settled(reserved, {})]);
      return "yield";
    }
    const { answer } = first;
    if (answer?.result === "granted") {
      const { limited } = answer;
      return limited === undefined ? reserved : { ...reserved, limited };
    }
    if (answer?.result === "denied") {
      const { result: _, n, ...denial } = answer;
      writer.record(onDenied(n, denial, writer.now));
      await askToExtend(segment);
      return "end";
    }
    // Killed by an operator, or a number that the budget has seen already: the next one.
    writer.record([settled(reserved, answer === undefined ? amounts : {})]);
  }
}

/** Asks people, where the app's budgets say so and they are not asked already. */
async function askToExtend({ ctx, writer, ports }: Segment): Promise<void> {
  const { askToExtend: settings, approvalTerms } = ports;
  const amount = settings && extensionWanted(writer.head, settings);
  if (amount === undefined) return;
  const terms = await ctx.run("extension-terms", () => approvalTerms(EXTENSION_CALL));
  if ("outcome" in terms) return;
  writer.record(requestExtension(writer.head, amount, terms, writer.now));
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
