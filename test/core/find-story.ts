// Owns the search for a story in which something goes wrong: whatever happens to a task, in
// whatever order, is drawn, and the smallest story is shown.
import fc from "fast-check";
import type { Decision } from "../../core/decide.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { CoreTask } from "./core-task.ts";
import { agentWith, startedTask } from "./core-task.ts";
import { inputs } from "./inputs.ts";
import { closeHandler, feed } from "./reference-shell.ts";

const limits = fc.record({
  maxSteps: fc.constantFrom(3, 100),
  maxTurnMs: fc.constantFrom(60, 3_600_000, 3_600_000),
  maxSegmentSteps: fc.constantFrom(1, 32),
  maxProviderWaitMs: fc.constantFrom(1, 30_000),
});

/** What is wrong, in words; nothing where all is well. */
export type Problem = string | false | undefined;
export interface Watch {
  decision?(head: TaskHead, decision: Decision, task: CoreTask): Problem;
  /** After each input that leaves no segment running. */
  rest?(head: TaskHead, task: CoreTask): Problem;
  /** After all inputs. */
  end?(task: CoreTask): Problem;
}

/** The smallest story found in which something is wrong, or undefined when none was found. */
export function findStory(watch: Watch, happens = inputs, numRuns = 600): string | undefined {
  const complain = (problem: Problem): void => {
    if (typeof problem === "string") throw new Error(problem);
  };
  const property = fc.property(limits, fc.boolean(), happens, (bounds, oneShot, sequence) => {
    const task = startedTask(agentWith(bounds, oneShot));
    closeHandler(task);
    const shell = {
      onDecision: (head: TaskHead, made: Decision) => complain(watch.decision?.(head, made, task)),
      onRest: (head: TaskHead) => complain(watch.rest?.(head, task)),
    };
    for (const input of sequence) feed(task, input, shell);
    complain(watch.end?.(task));
  });
  const found = fc.check(property, { numRuns });
  if (!found.failed) return undefined;
  return `${String(found.errorInstance)}\n${fc.defaultReportMessage(found)}`;
}
