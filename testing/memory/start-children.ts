// Owns the step of a segment in memory by which calls are sent to child tasks, as
// objects/agent/start-children.ts does it.
import type { ChildOperation } from "../../core/child/children.ts";
import { parkUnservedAgents } from "../../core/park.ts";
import { onStartChildren } from "../../core/transition/child.ts";
import type { StepEnd } from "./memory-segment.ts";
import type { MemoryTask } from "./memory-task.ts";

export function startChildren(task: MemoryTask, operations: readonly ChildOperation[]): StepEnd {
  const { family, clock } = task;
  const isServed = ({ wait }: ChildOperation): boolean => family.serves(wait.child.agent);
  const served = operations.filter(isServed);
  if (served.length === 0) {
    const missing = new Set(operations.map(({ wait }) => wait.child.agent));
    task.record([parkUnservedAgents([...missing], clock.now())]);
    return "end";
  }
  task.record(onStartChildren(task.head, task.agent, served));
  return "go-on";
}
