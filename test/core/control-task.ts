// Owns how the reference shell lets people control a task: a verb is judged, and then recorded.
import type { ControlCommand, ControlVerb } from "../../contract/control.ts";
import { controlProblem, onControl } from "../../core/control/on-control.ts";
import type { CoreTask } from "./core-task.ts";

/** `pick` chooses the operation that a verb is about. */
export function control(task: CoreTask, type: ControlVerb, pick: number): void {
  const { operations } = task.head;
  const operation = operations[pick % Math.max(operations.length, 1)];
  const outcome = { result: { text: "7" } };
  const stated = { operationId: operation?.operationId ?? "none", outcome };
  const said = { reason: "I want it so", by: "olga" };
  const wanted = { type, when: "now", owner: "ann", ...stated, ...said } as ControlCommand;
  if (controlProblem(task.head, wanted) !== undefined) return;
  task.record(onControl(task.head, wanted, { agent: task.agent, now: task.now }));
}
