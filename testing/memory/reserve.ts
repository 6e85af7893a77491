// Owns what a segment in memory asks of the task's budget, as objects/agent/reserve.ts does: a
// reservation before a call, and what it gives back when the task rests.
import type { TaskEvent } from "../../contract/event.ts";
import type { ModelCall } from "../../contract/port.ts";
import { budgetKey } from "../../core/budget/levels.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
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
  extensionPackage,
  extensionWanted,
  limitChangeOf,
  requestExtension,
} from "../../core/transition/extension.ts";
import type { MemorySegment } from "./memory-segment.ts";
import type { MemoryTask } from "./memory-task.ts";

/** Undefined where there are no budgets. */
export async function reserveModelCall(
  { task }: MemorySegment,
  call: () => ModelCall,
): Promise<ReservedModelCall | "end" | undefined> {
  const { estimateCall, clock } = task;
  if (estimateCall === undefined) return undefined;
  const estimate = await clock.work(() => estimateCall(call()));
  if (!estimate.ok) {
    task.record([onNoEstimate(estimate, clock.now())]);
    return "end";
  }
  const reserved = await reserve(task, { amounts: estimate.amounts });
  return reserved === "end" ? reserved : { ...reserved, estimate };
}

export async function reserveToolCalls(
  { task }: MemorySegment,
  operations: readonly OpenOperation[],
): Promise<"go-on" | "end"> {
  if (task.estimateCall === undefined) return "go-on";
  const needs = callsToReserve(task.head, task.agent, operations);
  if (needs === undefined) return "go-on";
  const reserved = await reserve(task, needs);
  if (reserved === "end") return reserved;
  task.record([{ type: "budget.granted", data: { n: reserved.n } }]);
  return "go-on";
}

type Granted = Reserved & Pick<ReservedModelCall, "limited">;

async function reserve(task: MemoryTask, needs: Needs): Promise<Granted | "end"> {
  const { budgets, clock } = task;
  if (budgets === undefined) throw new Error("the runner was given no budgets");
  for (;;) {
    task.record([requestBudget(task.head, needs)]);
    const reserved = task.head.budget?.open;
    if (reserved === undefined) throw new Error("the task has asked for no reservation");
    const answer = budgets.reserve(keyOf(task.head), reserveRequest(task.head, reserved));
    if (answer.result === "granted") {
      const { limited } = answer;
      return limited === undefined ? reserved : { ...reserved, limited };
    }
    if (answer.result === "denied") {
      const { result: _, n, ...denial } = answer;
      task.record(onDenied(n, denial, clock.now()));
      await askToExtend(task);
      return "end";
    }
    task.record([settled(reserved, {})]);
  }
}

async function askToExtend(task: MemoryTask): Promise<void> {
  const { askToExtend: settings, approvalTerms, clock } = task;
  const amount = settings && extensionWanted(task.head, settings);
  if (amount === undefined) return;
  const terms = await approvalTerms(EXTENSION_CALL);
  if ("outcome" in terms) return;
  task.record(requestExtension(task.head, amount, terms, clock.now()));
}

/** What must follow from what the log says of an extension, as objects/agent/extension.ts does. */
export function followExtension(task: MemoryTask, event: TaskEvent): void {
  const { head, approvals, budgets } = task;
  if (event.type === "extension.requested")
    approvals.open(event.data.approvalId, extensionPackage(head, event.data));
  if (event.type === "extension.closed" && event.data.outcome === "withdrawn")
    approvals.withdraw(event.data.approvalId, event.data.reason ?? "withdrawn");
  const granted = limitChangeOf(head, event);
  // Sent, and so done once this handler is over.
  if (granted !== undefined)
    task.enqueue(() => void budgets?.limit(granted.budget, granted.change));
}

/** Tells the budget of a task that comes to rest. */
export function rest(task: MemoryTask): void {
  const told = restBudget(task.head);
  if (told === undefined || task.budgets === undefined) return;
  task.head = { ...task.head, budget: told.budget };
  task.budgets.settle(keyOf(task.head), told.request);
}

function keyOf({ taskUid }: TaskHead): string {
  return budgetKey({ level: "task", taskUid });
}
